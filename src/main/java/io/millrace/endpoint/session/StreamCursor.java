package io.millrace.endpoint.session;

import io.millrace.model.PartitionId;
import io.millrace.model.TopicName;
import io.millrace.model.TopicPartition;
import io.millrace.protocol.stream.message.Position;

/**
 * A stream's place in one partition.
 *
 * <pre>
 *   BEHIND -- nothing left below the high watermark --> TAILING
 *   TAILING -- cannot take a delivery, is paused or moved --> BEHIND
 *   BEHIND -- the read failed, may succeed later --> RETRYING -- after a while --> BEHIND
 *   any -- its topic is gone, or reading failed for good --> ENDED
 * </pre>
 */
final class StreamCursor {
  /** Who reads for this cursor. */
  enum State {
    BEHIND,
    TAILING,
    RETRYING,
    ENDED
  }

  final PartitionId partition;
  final TopicName topic;
  final String topicIdText;
  long position;
  int leaderEpoch = -1;

  /** Whether records up to the position existed once: they were delivered, here or before. */
  boolean proven;

  State state = State.BEHIND;
  boolean paused;

  /** Whether it lost its place among the tailing because its client did not keep up. */
  boolean slow;

  /** Whether it waits for this node to hear of another leader epoch. */
  boolean fenced;

  /** How often reading has failed in a row. */
  int failures;

  StreamCursor(PartitionId partition, TopicName topic, long position) {
    this.partition = partition;
    this.topic = topic;
    this.topicIdText = partition.topicId().toString();
    this.position = position;
  }

  TopicPartition name() {
    return new TopicPartition(topic, partition.partition());
  }

  Position toMessage() {
    return new Position(topic.value(), topicIdText, partition.partition(), position, leaderEpoch);
  }
}
