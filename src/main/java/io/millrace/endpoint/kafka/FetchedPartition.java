package io.millrace.endpoint.kafka;

import io.millrace.bus.FetchReply;
import io.millrace.bus.FetchRequest;
import io.millrace.model.ErrorCode;
import io.millrace.model.image.ClusterImage;
import io.millrace.model.image.TopicImage;
import java.util.Optional;
import java.util.OptionalInt;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.FetchRequestData.FetchPartition;
import org.apache.kafka.common.message.FetchRequestData.FetchTopic;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;

/**
 * One partition that a client fetches, and what it was told of it last. Whatever was looked up for
 * it is kept until the image changes.
 *
 * <p>Threading: its connection's event loop.
 */
final class FetchedPartition {
  private static final long NEVER_TOLD = -1;

  /** What names a partition in a session: by name or by id, as the session does. */
  record Key(Uuid topicId, String topic, int partition) {
    static Key of(FetchTopic topic, int partition, boolean byId) {
      return byId
          ? new Key(topic.topicId(), "", partition)
          : new Key(Uuid.ZERO_UUID, topic.topic(), partition);
    }
  }

  private final Key key;
  private final boolean byId;
  private FetchPartition asked;
  private long toldHighWatermark = NEVER_TOLD;
  private long toldLogStartOffset = NEVER_TOLD;
  private long lookedUpIn = -1;
  private @Nullable Errors refusal;
  private FetchRequest.@Nullable Entry entry;
  private OptionalInt preferredReplica = OptionalInt.empty();

  FetchedPartition(Key key, boolean byId, FetchPartition asked) {
    this.key = key;
    this.byId = byId;
    this.asked = asked;
  }

  Key key() {
    return key;
  }

  /** The client asks for another position, or with other limits. */
  void ask(FetchPartition changed) {
    asked = changed;
    lookedUpIn = -1;
  }

  /**
   * Looks up the partition, if the image is another one than before.
   *
   * @param rack where the consumer is, empty if it does not say; the same with every request
   */
  void lookUp(ClusterImage image, String rack, ReplicaSelector selector) {
    if (lookedUpIn == image.version()) {
      return;
    }
    lookedUpIn = image.version();
    TopicImage topic =
        byId ? AskedTopics.byId(image, key.topicId()) : AskedTopics.byName(image, key.topic());
    refusal = null;
    entry = null;
    preferredReplica = OptionalInt.empty();
    if (topic == null) {
      refusal = AskedTopics.unknown(byId);
    } else if (!topic.hasPartition(key.partition())) {
      refusal = Errors.UNKNOWN_TOPIC_OR_PARTITION;
    } else {
      preferredReplica = selector.preferred(image, topic.partitions().get(key.partition()), rack);
      entry =
          new FetchRequest.Entry(
              topic.partitionId(key.partition()),
              asked.fetchOffset(),
              asked.currentLeaderEpoch(),
              // To be sent elsewhere: only whether the position is good is wanted.
              preferredReplica.isPresent() ? 1 : Math.max(0, asked.partitionMaxBytes()),
              !rack.isEmpty());
    }
  }

  /** Whether another replica may be better, if the position is one that it has. */
  boolean hasPreferredReplica() {
    return preferredReplica.isPresent();
  }

  /** Which other replica to read from instead of taking this result; empty for none. */
  OptionalInt readElsewhere(FetchReply.Result result) {
    return result.error() == ErrorCode.NONE && asked.fetchOffset() <= result.highWatermark()
        ? preferredReplica
        : OptionalInt.empty();
  }

  /** Why it cannot be read; empty if it can. */
  Optional<Errors> refusal() {
    return Optional.ofNullable(refusal);
  }

  /** What to ask the log; only after a look-up that found it. */
  FetchRequest.Entry entry() {
    if (entry == null) {
      throw new IllegalStateException(key + " was not looked up, or not found");
    }
    return entry;
  }

  /**
   * Whether there is something to tell that the client does not know (KIP-227): records, an error,
   * another replica to read from, or another high watermark or log start offset than it was told.
   */
  boolean hasNews(FetchReply.Result result) {
    return result.error() != ErrorCode.NONE
        || preferredReplica.isPresent()
        || result.slice().isPresent()
        || result.highWatermark() != toldHighWatermark
        || result.logStartOffset() != toldLogStartOffset;
  }

  void told(FetchReply.Result result) {
    if (result.error() == ErrorCode.NONE) {
      toldHighWatermark = result.highWatermark();
      toldLogStartOffset = result.logStartOffset();
    } else {
      toldError();
    }
  }

  /** Once the error is over, the client is told so whatever there is. */
  void toldError() {
    toldHighWatermark = NEVER_TOLD;
    toldLogStartOffset = NEVER_TOLD;
  }
}
