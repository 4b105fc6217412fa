package io.millrace.endpoint.kafka;

import io.millrace.bus.LogsReply;
import io.millrace.model.ErrorCode;
import io.millrace.model.LogDescription.ActiveProducer;
import io.millrace.model.PartitionId;
import io.millrace.model.config.ServerSettings;
import io.millrace.model.image.TopicImage;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.message.ApiMessageType;
import org.apache.kafka.common.message.DescribeProducersRequestData;
import org.apache.kafka.common.message.DescribeProducersRequestData.TopicRequest;
import org.apache.kafka.common.message.DescribeProducersResponseData;
import org.apache.kafka.common.message.DescribeProducersResponseData.PartitionResponse;
import org.apache.kafka.common.message.DescribeProducersResponseData.ProducerState;
import org.apache.kafka.common.message.DescribeProducersResponseData.TopicResponse;
import org.apache.kafka.common.protocol.Errors;

/** Says which idempotent producers partitions remember (KIP-664). */
final class DescribeProducersHandler extends ApiHandler<DescribeProducersRequestData> {
  private static final int VERSION = 0;

  private final KafkaLoop loop;
  private final long timeoutMs;

  DescribeProducersHandler(KafkaLoop loop) {
    super(ApiMessageType.DESCRIBE_PRODUCERS, DescribeProducersRequestData::new, VERSION, VERSION);
    this.loop = loop;
    this.timeoutMs = loop.settings().get(ServerSettings.REQUEST_TIMEOUT_MS);
  }

  @Override
  void handle(DescribeProducersRequestData request, KafkaCall call) {
    List<TopicResponse> topics = new ArrayList<>();
    List<PartitionId> known = new ArrayList<>();
    List<PartitionResponse> answers = new ArrayList<>();
    for (TopicRequest topic : request.topics()) {
      TopicImage image = AskedTopics.byName(loop.image(), topic.name());
      TopicResponse response = new TopicResponse().setName(topic.name());
      for (int number : topic.partitionIndexes()) {
        PartitionResponse partition = new PartitionResponse().setPartitionIndex(number);
        response.partitions().add(partition);
        if (image != null && image.hasPartition(number)) {
          known.add(image.partitionId(number));
          answers.add(partition);
        } else {
          partition.setErrorCode(Errors.UNKNOWN_TOPIC_OR_PARTITION.code());
        }
      }
      topics.add(response);
    }
    loop.partitions()
        .describeLogs(known, loop.inMs(timeoutMs))
        .onSuccess(
            reply -> {
              for (int i = 0; i < answers.size(); i++) {
                fill(answers.get(i), reply.results().get(i));
              }
              call.answer(new DescribeProducersResponseData().setTopics(topics));
            })
        .onFailure(call::fail);
  }

  private static void fill(PartitionResponse partition, LogsReply.Result result) {
    if (result.error() != ErrorCode.NONE) {
      partition
          .setErrorCode(KafkaErrors.of(result.error()).code())
          .setErrorMessage(result.reason());
      return;
    }
    List<ProducerState> producers = new ArrayList<>();
    for (ActiveProducer producer : result.log().producers()) {
      producers.add(
          new ProducerState()
              .setProducerId(producer.producerId())
              .setProducerEpoch(producer.producerEpoch())
              .setLastSequence(producer.lastSequence())
              .setLastTimestamp(producer.lastTimestampMs()));
    }
    partition.setActiveProducers(producers);
  }
}
