package io.millrace.client;

import io.millrace.model.StreamException;
import io.millrace.model.TopicPartition;
import io.millrace.protocol.stream.message.Position;
import java.util.function.Predicate;

/**
 * Where what a {@link ConsumerStream} receives goes to.
 *
 * <p>Threading: called on the loop.
 */
interface ConsumerSink {
  /** In the order in which it is to be delivered. */
  void onEvent(ConsumerEvent event);

  /** The place of one partition, from which on events come. */
  void onPosition(Position position);

  /** Something is wrong; if it is the end, that follows as an event. */
  void onFailure(StreamException failure);

  /** Events of these partitions that were not delivered are to be dropped, and given back. */
  void drop(Predicate<TopicPartition> partitions);

  /** The positions behind what was delivered. */
  ConsumerPositions delivered();

  /** How many more records the application wants. */
  long demand();
}
