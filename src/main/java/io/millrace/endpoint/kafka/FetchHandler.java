package io.millrace.endpoint.kafka;

import io.millrace.bus.FetchRequest;
import io.millrace.bus.PartitionClient;
import io.millrace.model.config.KafkaSettings;
import io.millrace.model.config.ListenerSettings;
import io.millrace.model.image.ClusterImage;
import io.millrace.model.image.TopicImage;
import org.apache.kafka.common.message.ApiMessageType;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchRequestData.FetchPartition;
import org.apache.kafka.common.message.FetchRequestData.FetchTopic;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.FetchResponseData.FetchableTopicResponse;
import org.apache.kafka.common.message.FetchResponseData.PartitionData;
import org.apache.kafka.common.protocol.Errors;

/**
 * Reads records, and waits for more if there are too few: no thread and no timer is used while it
 * waits. Records go from the log's files to the socket without being read here.
 *
 * <p>Sessions (KIP-227) are refused as that page allows: the session id in the answer is 0, and the
 * client names all partitions in each request.
 */
final class FetchHandler extends ApiHandler<FetchRequestData> {
  private static final int MIN_VERSION = 4;
  private static final int MAX_VERSION = 18;
  private static final int TOPIC_ID_VERSION = 13;
  private static final int NO_SESSION = 0;
  private static final byte READ_COMMITTED = 1;

  private final KafkaLoop loop;
  private final int maxBytes;
  private final int maxCopiedBytes;

  FetchHandler(KafkaLoop loop) {
    super(ApiMessageType.FETCH, MIN_VERSION, MAX_VERSION);
    this.loop = loop;
    this.maxBytes = loop.settings().get(KafkaSettings.FETCH_MAX_BYTES);
    this.maxCopiedBytes =
        (int)
            Math.min(maxBytes, loop.settings().get(ListenerSettings.CONNECTION_OUTSTANDING_BYTES));
  }

  @Override
  void handle(FetchRequestData request, KafkaCall call) {
    if (request.sessionId() != NO_SESSION) {
      call.answer(new FetchResponseData().setErrorCode(Errors.FETCH_SESSION_ID_NOT_FOUND.code()));
      return;
    }
    ClusterImage image = loop.image();
    FetchAnswer answer = new FetchAnswer(call, request.isolationLevel() == READ_COMMITTED);
    boolean byId = call.version() >= TOPIC_ID_VERSION;
    for (FetchTopic asked : request.topics()) {
      TopicImage topic =
          byId
              ? AskedTopics.byId(image, asked.topicId())
              : AskedTopics.byName(image, asked.topic());
      FetchableTopicResponse answered =
          answer.topic(
              new FetchableTopicResponse().setTopic(asked.topic()).setTopicId(asked.topicId()));
      for (FetchPartition partition : asked.partitions()) {
        PartitionData slot = new PartitionData().setPartitionIndex(partition.partition());
        answered.partitions().add(slot);
        if (topic == null) {
          answer.refuse(slot, AskedTopics.unknown(byId));
        } else if (!topic.hasPartition(partition.partition())) {
          answer.refuse(slot, Errors.UNKNOWN_TOPIC_OR_PARTITION);
        } else {
          answer.expect(
              slot,
              new FetchRequest.Entry(
                  topic.partitionId(partition.partition()),
                  partition.fetchOffset(),
                  partition.currentLeaderEpoch(),
                  Math.max(0, partition.partitionMaxBytes())));
        }
      }
    }
    read(request, call, image, answer);
  }

  private void read(
      FetchRequestData request, KafkaCall call, ClusterImage image, FetchAnswer answer) {
    if (answer.entries().isEmpty()) {
      answer.send();
      return;
    }
    int most = call.connection().copiesRecords() ? maxCopiedBytes : maxBytes;
    // An error is told at once, as Kafka does.
    int minBytes = answer.hasErrors() ? 0 : Math.max(0, Math.min(request.minBytes(), most));
    PartitionClient.Waiting waiting =
        loop.partitions()
            .fetch(
                new FetchRequest(
                    answer.entries(),
                    minBytes,
                    Math.max(0, Math.min(request.maxBytes(), most)),
                    image.version(),
                    loop.inMs(Math.max(0, request.maxWaitMs()))),
                answer::fill);
    if (!call.isAnswered()) {
      call.onCancel(waiting::cancel);
    }
  }
}
