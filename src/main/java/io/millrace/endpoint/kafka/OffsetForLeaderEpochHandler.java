package io.millrace.endpoint.kafka;

import io.millrace.bus.OffsetsReply;
import io.millrace.bus.OffsetsRequest;
import io.millrace.model.ErrorCode;
import io.millrace.model.config.ServerSettings;
import io.millrace.model.image.ClusterImage;
import io.millrace.model.image.TopicImage;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.message.ApiMessageType;
import org.apache.kafka.common.message.OffsetForLeaderEpochRequestData;
import org.apache.kafka.common.message.OffsetForLeaderEpochRequestData.OffsetForLeaderPartition;
import org.apache.kafka.common.message.OffsetForLeaderEpochRequestData.OffsetForLeaderTopic;
import org.apache.kafka.common.message.OffsetForLeaderEpochResponseData;
import org.apache.kafka.common.message.OffsetForLeaderEpochResponseData.EpochEndOffset;
import org.apache.kafka.common.message.OffsetForLeaderEpochResponseData.OffsetForLeaderTopicResult;
import org.apache.kafka.common.protocol.Errors;

/** Says where a leader epoch ends, so that a consumer sees whether its place was truncated away. */
final class OffsetForLeaderEpochHandler extends ApiHandler<OffsetForLeaderEpochRequestData> {
  private static final int MIN_VERSION = 2;
  private static final int MAX_VERSION = 4;

  private final KafkaLoop loop;

  OffsetForLeaderEpochHandler(KafkaLoop loop) {
    super(
        ApiMessageType.OFFSET_FOR_LEADER_EPOCH,
        OffsetForLeaderEpochRequestData::new,
        MIN_VERSION,
        MAX_VERSION);
    this.loop = loop;
  }

  @Override
  void handle(OffsetForLeaderEpochRequestData request, KafkaCall call) {
    ClusterImage image = loop.image();
    OffsetForLeaderEpochResponseData response = new OffsetForLeaderEpochResponseData();
    List<OffsetsRequest.Entry> entries = new ArrayList<>();
    List<EpochEndOffset> expected = new ArrayList<>();
    for (OffsetForLeaderTopic asked : request.topics()) {
      TopicImage topic = AskedTopics.byName(image, asked.topic());
      OffsetForLeaderTopicResult answered =
          new OffsetForLeaderTopicResult().setTopic(asked.topic());
      response.topics().mustAdd(answered);
      for (OffsetForLeaderPartition partition : asked.partitions()) {
        EpochEndOffset slot = new EpochEndOffset().setPartition(partition.partition());
        answered.partitions().add(slot);
        if (topic == null || !topic.hasPartition(partition.partition())) {
          slot.setErrorCode(Errors.UNKNOWN_TOPIC_OR_PARTITION.code());
          continue;
        }
        int leaderEpoch = topic.partitions().get(partition.partition()).leaderEpoch();
        Errors error = LeaderEpochs.check(partition.currentLeaderEpoch(), leaderEpoch);
        slot.setErrorCode(error.code());
        if (error == Errors.NONE) {
          entries.add(
              new OffsetsRequest.Entry(
                  topic.partitionId(partition.partition()),
                  OffsetsRequest.END_OF_EPOCH,
                  partition.leaderEpoch()));
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

  private static void answer(
      KafkaCall call,
      OffsetForLeaderEpochResponseData response,
      List<EpochEndOffset> expected,
      OffsetsReply reply) {
    for (int i = 0; i < expected.size(); i++) {
      OffsetsReply.Result result = reply.results().get(i);
      EpochEndOffset slot = expected.get(i);
      if (result.error() != ErrorCode.NONE) {
        slot.setErrorCode(KafkaErrors.of(result.error()).code());
      } else if (result.leaderEpoch() >= 0) {
        slot.setLeaderEpoch(result.leaderEpoch()).setEndOffset(result.offset());
      }
    }
    call.answer(response);
  }
}
