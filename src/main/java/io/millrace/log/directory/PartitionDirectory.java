package io.millrace.log.directory;

import io.millrace.model.ErrorCode;
import io.millrace.model.PartitionId;
import io.millrace.model.StreamException;
import io.millrace.model.TopicName;
import io.millrace.model.TopicPartition;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The directory of one partition. Its name is for people; {@code partition.meta} in it holds the
 * topic's id, so that a topic that was created again under the name is told apart.
 */
public record PartitionDirectory(PartitionId id, TopicPartition name, Path path) {
  /** The partition that a directory of this name would be of, if it can be one. */
  static Optional<TopicPartition> parseName(String name) {
    int dash = name.lastIndexOf('-');
    String digits = name.substring(dash + 1);
    if (dash <= 0 || !digits.matches("0|[1-9][0-9]{0,8}")) {
      return Optional.empty();
    }
    try {
      TopicName topic = new TopicName(name.substring(0, dash));
      return Optional.of(new TopicPartition(topic, Integer.parseInt(digits)));
    } catch (StreamException e) {
      if (e.code() == ErrorCode.INVALID_TOPIC) {
        return Optional.empty();
      }
      throw e;
    }
  }
}
