package io.millrace.log.directory;

import io.millrace.model.ErrorCode;
import io.millrace.model.PartitionId;
import io.millrace.model.StreamException;
import io.millrace.model.TopicId;
import io.millrace.model.TopicName;
import io.millrace.model.TopicPartition;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The directory of one partition. Its name is for people; {@code partition.meta} in it holds the
 * topic's id, so that a topic that was created again under the name is told apart.
 */
public record PartitionDirectory(PartitionId id, TopicPartition name, Path path) {
  /** The file in it that says whose it is. */
  public static final String META_FILE = "partition.meta";

  static final int VERSION = 1;

  static byte[] encodeMeta(PartitionId id) {
    Map<String, String> values = new LinkedHashMap<>();
    values.put("version", Integer.toString(VERSION));
    values.put("topic.id", id.topicId().toString());
    values.put("partition", Integer.toString(id.partition()));
    return KeyValueText.format(values);
  }

  static PartitionDirectory decode(TopicPartition name, Path path, byte[] meta) throws IOException {
    String file = path.getFileName() + "/" + META_FILE;
    KeyValueText text = KeyValueText.parse(file, meta);
    text.requireVersion(VERSION);
    int partition = text.getInt("partition");
    if (partition != name.partition()) {
      throw new IOException(
          file + " says partition " + partition + ", the directory is of " + name.partition());
    }
    try {
      TopicId topicId = TopicId.parse(text.get("topic.id"));
      return new PartitionDirectory(new PartitionId(topicId, partition), name, path);
    } catch (StreamException e) {
      throw new IOException(file + ": " + e.getMessage(), e);
    }
  }

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
