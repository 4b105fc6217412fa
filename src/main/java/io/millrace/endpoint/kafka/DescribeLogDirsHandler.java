package io.millrace.endpoint.kafka;

import io.millrace.bus.LogsReply;
import io.millrace.model.ErrorCode;
import io.millrace.model.PartitionId;
import io.millrace.model.config.ServerSettings;
import io.millrace.model.image.TopicImage;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.kafka.common.message.ApiMessageType;
import org.apache.kafka.common.message.DescribeLogDirsRequestData;
import org.apache.kafka.common.message.DescribeLogDirsRequestData.DescribableLogDirTopic;
import org.apache.kafka.common.message.DescribeLogDirsResponseData;
import org.apache.kafka.common.message.DescribeLogDirsResponseData.DescribeLogDirsPartition;
import org.apache.kafka.common.message.DescribeLogDirsResponseData.DescribeLogDirsResult;
import org.apache.kafka.common.message.DescribeLogDirsResponseData.DescribeLogDirsTopic;

/**
 * Says how large the logs in this node's one data directory are. How much space its file system has
 * is not told: -1.
 */
final class DescribeLogDirsHandler extends ApiHandler<DescribeLogDirsRequestData> {
  private static final int MIN_VERSION = 1;
  private static final int MAX_VERSION = 5;

  private final KafkaLoop loop;
  private final long timeoutMs;

  DescribeLogDirsHandler(KafkaLoop loop) {
    super(
        ApiMessageType.DESCRIBE_LOG_DIRS,
        DescribeLogDirsRequestData::new,
        MIN_VERSION,
        MAX_VERSION);
    this.loop = loop;
    this.timeoutMs = loop.settings().get(ServerSettings.REQUEST_TIMEOUT_MS);
  }

  /** The partitions asked about of one topic. */
  private record Asked(TopicImage topic, List<Integer> partitions) {}

  @Override
  void handle(DescribeLogDirsRequestData request, KafkaCall call) {
    List<Asked> asked = request.topics() == null ? all() : some(request);
    List<PartitionId> partitions = new ArrayList<>();
    for (Asked topic : asked) {
      topic.partitions().forEach(number -> partitions.add(topic.topic().partitionId(number)));
    }
    loop.partitions()
        .describeLogs(partitions, loop.inMs(timeoutMs))
        .onSuccess(reply -> call.answer(response(asked, reply)))
        .onFailure(call::fail);
  }

  private List<Asked> all() {
    return loop.image().topics().stream()
        .map(
            topic ->
                new Asked(topic, IntStream.range(0, topic.partitions().size()).boxed().toList()))
        .toList();
  }

  private List<Asked> some(DescribeLogDirsRequestData request) {
    List<Asked> asked = new ArrayList<>();
    for (DescribableLogDirTopic topic : request.topics()) {
      TopicImage image = AskedTopics.byName(loop.image(), topic.topic());
      if (image != null) {
        asked.add(
            new Asked(image, topic.partitions().stream().filter(image::hasPartition).toList()));
      }
    }
    return asked;
  }

  private DescribeLogDirsResponseData response(List<Asked> asked, LogsReply reply) {
    List<DescribeLogDirsTopic> topics = new ArrayList<>();
    int next = 0;
    for (Asked topic : asked) {
      List<DescribeLogDirsPartition> partitions = new ArrayList<>();
      for (int number : topic.partitions()) {
        LogsReply.Result result = reply.results().get(next++);
        if (result.error() == ErrorCode.NONE) {
          partitions.add(
              new DescribeLogDirsPartition()
                  .setPartitionIndex(number)
                  .setPartitionSize(result.log().sizeBytes()));
        }
      }
      topics.add(
          new DescribeLogDirsTopic()
              .setName(topic.topic().name().value())
              .setPartitions(partitions));
    }
    DescribeLogDirsResult directory =
        new DescribeLogDirsResult()
            .setLogDir(loop.settings().get(ServerSettings.DATA_DIR))
            .setTopics(topics);
    return new DescribeLogDirsResponseData().setResults(List.of(directory));
  }
}
