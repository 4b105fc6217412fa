package io.millrace.cli;

import io.millrace.client.Admin;
import io.millrace.model.ErrorCode;
import io.millrace.model.StreamException;
import io.millrace.model.TopicName;
import io.millrace.model.TopicPartition;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import picocli.CommandLine.Option;

/** Which partitions of one topic a command is about: all, or some. */
final class TopicPartitionsOption {
  @Option(names = "--topic", paramLabel = "TOPIC", required = true, description = "In which topic.")
  private String topic;

  @Option(
      names = "--partitions",
      paramLabel = "N",
      split = ",",
      description = "Only in these partitions, as in 0,1.")
  private List<Integer> partitions = new ArrayList<>();

  String topic() {
    return topic;
  }

  /**
   * The partitions that were chosen, each once.
   *
   * @throws StreamException if there is no such topic, or it has no such partition
   */
  List<TopicPartition> chosen(Admin admin) throws InterruptedException {
    TopicName name = new TopicName(topic);
    int count = AdminSession.await(admin.describeTopics(List.of(name))).get(0).partitions().size();
    for (int each : partitions) {
      if (each < 0 || each >= count) {
        throw new StreamException(
            ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
            "topic '" + topic + "' has no partition " + each + ", only 0 to " + (count - 1));
      }
    }
    IntStream numbers =
        partitions.isEmpty()
            ? IntStream.range(0, count)
            : partitions.stream().mapToInt(Integer::intValue).distinct();
    return numbers.mapToObj(each -> new TopicPartition(name, each)).toList();
  }
}
