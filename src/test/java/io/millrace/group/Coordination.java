package io.millrace.group;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.group.assignor.RangeAssignor;
import io.millrace.group.assignor.UniformAssignor;
import io.millrace.group.codec.GroupRecordCodec;
import io.millrace.model.NodeId;
import io.millrace.model.TopicId;
import io.millrace.model.TopicName;
import io.millrace.model.config.BrokerSettings;
import io.millrace.model.config.TopicSettings;
import io.millrace.model.group.GroupRequest;
import io.millrace.model.group.GroupResponse;
import io.millrace.model.image.ClusterImage;
import io.millrace.model.image.PartitionImage;
import io.millrace.model.image.TopicImage;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

/**
 * A coordinator with its driver, its log and its cluster, in virtual time: every outcome is
 * replayed and appended at once, and what is appended is what a new coordinator is loaded from.
 */
final class Coordination {
  private static final GroupRecordCodec CODEC = new GroupRecordCodec();

  private final Map<String, String> settings;
  private final List<GroupRecord> log = new ArrayList<>();
  private final Map<Long, GroupResponse> replies = new HashMap<>();
  private GroupCoordinator coordinator;
  private ClusterImage image = ClusterImage.empty();
  private long nowNanos = 1;
  private long lastRequestId;
  private long lastId;
  private int topicsMade;

  Coordination(Map<String, String> settings) {
    this.settings = settings;
    this.coordinator = load();
  }

  private GroupCoordinator load() {
    GroupCoordinator loading =
        new GroupCoordinator(
            new GroupParts(
                BrokerSettings.of(settings),
                new PlainSubscriptions(),
                List.of(new UniformAssignor(), new RangeAssignor()),
                () -> new UUID(0, ++lastId)));
    log.forEach(record -> loading.replay(readBack(record)));
    loading.onImage(image, nowNanos, nowMs());
    loading.loaded(nowNanos);
    return loading;
  }

  /** The coordinator is gone; another begins with what was appended. */
  void reload() {
    coordinator = load();
    settle();
  }

  /** As {@link #reload}, with a log in which compaction left the last record of each key. */
  void compactAndReload() {
    Map<Object, GroupRecord> last = new HashMap<>();
    log.forEach(record -> last.put(keyOf(record), record));
    log.removeIf(record -> last.get(keyOf(record)) != record || record.isTombstone());
    reload();
  }

  private static Object keyOf(GroupRecord record) {
    return ByteBuffer.wrap(CODEC.key(record));
  }

  /** As it comes back from the log. */
  private static GroupRecord readBack(GroupRecord record) {
    byte[] value = CODEC.value(record);
    return CODEC
        .decode(ByteBuffer.wrap(CODEC.key(record)), value == null ? null : ByteBuffer.wrap(value))
        .orElseThrow();
  }

  List<GroupRecord> log() {
    return log;
  }

  ClusterImage image() {
    return image;
  }

  private long nowMs() {
    return TimeUnit.NANOSECONDS.toMillis(nowNanos);
  }

  /** Sends a request that is answered at once. */
  <R extends GroupResponse> R ask(GroupRequest<R> request) {
    long requestId = send(request);
    R reply = reply(request, requestId).orElse(null);
    assertThat(reply).as("reply to %s", request).isNotNull();
    return reply;
  }

  long send(GroupRequest<?> request) {
    settle();
    long requestId = ++lastRequestId;
    take(coordinator.handle(requestId, request, nowNanos, nowMs()));
    settle();
    return requestId;
  }

  /** The reply to a request that may have waited; it is handed out once. */
  @SuppressWarnings("unchecked") // the coordinator answers each request by its own type
  <R extends GroupResponse> Optional<R> reply(GroupRequest<R> request, long requestId) {
    assertThat(request).isNotNull();
    return Optional.ofNullable((R) replies.remove(requestId));
  }

  /** Time passes; what is due is done when it is due. */
  void advance(long millis) {
    long until = nowNanos + TimeUnit.MILLISECONDS.toNanos(millis);
    while (coordinator.nextDeadlineNanos() <= until) {
      nowNanos = Math.max(nowNanos, coordinator.nextDeadlineNanos());
      take(coordinator.tick(nowNanos, nowMs()));
    }
    nowNanos = until;
  }

  /** Does what is due at once. */
  private void settle() {
    advance(0);
  }

  private void take(Outcome outcome) {
    outcome.records().forEach(coordinator::replay);
    log.addAll(outcome.records());
    outcome.replies().forEach(reply -> replies.put(reply.requestId(), reply.response()));
  }

  TopicId createTopic(String name, int partitions) {
    TopicId id = new TopicId(7, ++topicsMade);
    publish(image.withTopic(topic(id, name, partitions)));
    return id;
  }

  void addPartitions(String name, int partitions) {
    TopicId id = image.topic(new TopicName(name)).orElseThrow().id();
    publish(image.withTopic(topic(id, name, partitions)));
  }

  void deleteTopic(String name) {
    publish(image.withoutTopic(image.topic(new TopicName(name)).orElseThrow().id()));
  }

  private void publish(ClusterImage next) {
    image = next.withVersion(image.version() + 1);
    take(coordinator.onImage(image, nowNanos, nowMs()));
    settle();
  }

  private static TopicImage topic(TopicId id, String name, int partitions) {
    List<NodeId> nodes = List.of(new NodeId(1));
    return new TopicImage(
        id,
        new TopicName(name),
        IntStream.range(0, partitions)
            .mapToObj(
                each -> new PartitionImage(each, Optional.of(nodes.get(0)), 0, 0, nodes, nodes))
            .toList(),
        TopicSettings.of(Map.of()));
  }
}
