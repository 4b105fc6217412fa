package io.millrace.endpoint.kafka;

import io.millrace.bus.OffsetsReply;
import io.millrace.bus.OffsetsRequest;
import io.millrace.model.ErrorCode;
import io.millrace.model.config.ServerSettings;
import io.millrace.model.image.ClusterImage;
import io.millrace.model.image.PartitionImage;
import io.millrace.model.image.TopicImage;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.message.ApiMessageType;
import org.apache.kafka.common.message.ListOffsetsRequestData;
import org.apache.kafka.common.message.ListOffsetsRequestData.ListOffsetsPartition;
import org.apache.kafka.common.message.ListOffsetsRequestData.ListOffsetsTopic;
import org.apache.kafka.common.message.ListOffsetsResponseData;
import org.apache.kafka.common.message.ListOffsetsResponseData.ListOffsetsPartitionResponse;
import org.apache.kafka.common.message.ListOffsetsResponseData.ListOffsetsTopicResponse;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;

/**
 * Finds offsets: the first, the end, the first at or after a time, the newest record's. All records
 * are on the broker itself, so the first local one (KIP-405) is the first, and there are none in
 * remote storage (KIP-1005) or on their way there (KIP-1023).
 */
final class ListOffsetsHandler extends ApiHandler<ListOffsetsRequestData> {
  private static final int MIN_VERSION = 1;
  private static final int MAX_VERSION = 11;
  private static final long EARLIEST_LOCAL = -4;
  private static final long LATEST_TIERED = -5;
  private static final long EARLIEST_PENDING_UPLOAD = -6;

  private static final int LEADER_EPOCH_VERSION = 4;
  private static final int OFFSET_NOT_AVAILABLE_VERSION = 5;
  private static final int UNKNOWN_EPOCH = -1;

  private final KafkaLoop loop;

  ListOffsetsHandler(KafkaLoop loop) {
    super(ApiMessageType.LIST_OFFSETS, ListOffsetsRequestData::new, MIN_VERSION, MAX_VERSION);
    this.loop = loop;
  }

  @Override
  void handle(ListOffsetsRequestData request, KafkaCall call) {
    ClusterImage image = loop.image();
    ListOffsetsResponseData response = new ListOffsetsResponseData();
    List<OffsetsRequest.Entry> entries = new ArrayList<>();
    List<ListOffsetsPartitionResponse> expected = new ArrayList<>();
    for (ListOffsetsTopic asked : request.topics()) {
      TopicImage topic = AskedTopics.byName(image, asked.name());
      ListOffsetsTopicResponse answered = new ListOffsetsTopicResponse().setName(asked.name());
      response.topics().add(answered);
      for (ListOffsetsPartition partition : asked.partitions()) {
        ListOffsetsPartitionResponse slot =
            new ListOffsetsPartitionResponse().setPartitionIndex(partition.partitionIndex());
        answered.partitions().add(slot);
        Errors error = refusal(topic, partition);
        boolean none =
            partition.timestamp() == LATEST_TIERED
                || partition.timestamp() == EARLIEST_PENDING_UPLOAD;
        if (error != Errors.NONE || topic == null) {
          slot.setErrorCode(error.code());
        } else if (!none) {
          entries.add(
              new OffsetsRequest.Entry(
                  topic.partitionId(partition.partitionIndex()), wanted(partition.timestamp())));
          expected.add(slot);
        }
      }
    }
    loop.partitions()
        .offsets(
            new OffsetsRequest(
                entries,
                image.version(),
                loop.inMs(loop.settings().get(ServerSettings.REQUEST_TIMEOUT_MS))))
        .onSuccess(reply -> answer(call, response, expected, reply))
        .onFailure(call::fail);
  }

  private static long wanted(long timestamp) {
    return timestamp == EARLIEST_LOCAL ? OffsetsRequest.EARLIEST : timestamp;
  }

  private static Errors refusal(@Nullable TopicImage topic, ListOffsetsPartition asked) {
    if (topic == null || !topic.hasPartition(asked.partitionIndex())) {
      return Errors.UNKNOWN_TOPIC_OR_PARTITION;
    }
    if (asked.timestamp() < EARLIEST_PENDING_UPLOAD) {
      return Errors.UNSUPPORTED_VERSION;
    }
    PartitionImage partition = topic.partitions().get(asked.partitionIndex());
    return LeaderEpochs.check(asked.currentLeaderEpoch(), partition.leaderEpoch());
  }

  private static void answer(
      KafkaCall call,
      ListOffsetsResponseData response,
      List<ListOffsetsPartitionResponse> expected,
      OffsetsReply reply) {
    for (int i = 0; i < expected.size(); i++) {
      OffsetsReply.Result result = reply.results().get(i);
      ListOffsetsPartitionResponse slot = expected.get(i);
      if (result.error() == ErrorCode.NONE) {
        boolean epoch = result.offset() >= 0 && call.version() >= LEADER_EPOCH_VERSION;
        slot.setOffset(result.offset())
            .setTimestamp(result.timestampMs())
            .setLeaderEpoch(epoch ? result.leaderEpoch() : UNKNOWN_EPOCH);
      } else {
        slot.setErrorCode(error(call, result.error()).code());
      }
    }
    call.answer(response);
  }

  /** Older clients do not know that a new leader may not know the end yet (KIP-207). */
  private static Errors error(KafkaCall call, ErrorCode error) {
    return error == ErrorCode.OFFSET_NOT_AVAILABLE && call.version() < OFFSET_NOT_AVAILABLE_VERSION
        ? Errors.LEADER_NOT_AVAILABLE
        : KafkaErrors.of(error);
  }
}
