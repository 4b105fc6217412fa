package io.millrace.endpoint.kafka;

import io.millrace.model.ErrorCode;
import io.millrace.model.PartitionId;
import io.millrace.model.StreamException;
import io.millrace.model.image.TopicImage;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.message.ApiMessageType;
import org.apache.kafka.common.message.DeleteRecordsRequestData;
import org.apache.kafka.common.message.DeleteRecordsRequestData.DeleteRecordsPartition;
import org.apache.kafka.common.message.DeleteRecordsRequestData.DeleteRecordsTopic;
import org.apache.kafka.common.message.DeleteRecordsResponseData;
import org.apache.kafka.common.message.DeleteRecordsResponseData.DeleteRecordsPartitionResult;
import org.apache.kafka.common.message.DeleteRecordsResponseData.DeleteRecordsPartitionResultCollection;
import org.apache.kafka.common.message.DeleteRecordsResponseData.DeleteRecordsTopicResult;
import org.apache.kafka.common.message.DeleteRecordsResponseData.DeleteRecordsTopicResultCollection;

/** Raises the log start offset of partitions; -1 for the high watermark. */
final class DeleteRecordsHandler extends ApiHandler<DeleteRecordsRequestData> {
  private static final int MIN_VERSION = 0;
  private static final int MAX_VERSION = 2;
  private static final long UP_TO_HIGH_WATERMARK = -1;
  private static final long UNKNOWN = -1;

  private final KafkaLoop loop;

  DeleteRecordsHandler(KafkaLoop loop) {
    super(ApiMessageType.DELETE_RECORDS, DeleteRecordsRequestData::new, MIN_VERSION, MAX_VERSION);
    this.loop = loop;
  }

  @Override
  void handle(DeleteRecordsRequestData request, KafkaCall call) {
    long deadlineNanos = loop.inMs(request.timeoutMs());
    List<Future<?>> all = new ArrayList<>();
    DeleteRecordsTopicResultCollection topics = new DeleteRecordsTopicResultCollection();
    for (DeleteRecordsTopic topic : request.topics()) {
      DeleteRecordsPartitionResultCollection partitions =
          new DeleteRecordsPartitionResultCollection();
      for (DeleteRecordsPartition partition : topic.partitions()) {
        DeleteRecordsPartitionResult result =
            new DeleteRecordsPartitionResult()
                .setPartitionIndex(partition.partitionIndex())
                .setLowWatermark(UNKNOWN);
        partitions.add(result);
        all.add(
            delete(topic.name(), partition, deadlineNanos)
                .map(result::setLowWatermark)
                .otherwise(failure -> result.setErrorCode(KafkaErrors.of(failure).code())));
      }
      topics.add(new DeleteRecordsTopicResult().setName(topic.name()).setPartitions(partitions));
    }
    Future.all(all)
        .onSuccess(done -> call.answer(new DeleteRecordsResponseData().setTopics(topics)))
        .onFailure(call::fail);
  }

  private Future<Long> delete(String topic, DeleteRecordsPartition partition, long deadlineNanos) {
    TopicImage image = AskedTopics.byName(loop.image(), topic);
    if (image == null || !image.hasPartition(partition.partitionIndex())) {
      return Future.failedFuture(new StreamException(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION));
    }
    PartitionId id = image.partitionId(partition.partitionIndex());
    long before = partition.offset();
    return before < UP_TO_HIGH_WATERMARK
        ? Future.failedFuture(new StreamException(ErrorCode.OFFSET_OUT_OF_RANGE))
        : loop.partitions().deleteRecords(id, before, deadlineNanos);
  }
}
