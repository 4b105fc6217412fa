package io.millrace.client;

import io.millrace.model.ErrorCode;
import io.millrace.model.StreamException;
import io.millrace.record.KeyHash;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** The partitioners that {@code partitioner.class} names. */
final class Partitioners {
  private Partitioners() {}

  /**
   * @throws StreamException INVALID_CONFIG if the name is not known and no such class can be made
   */
  static Partitioner named(String name) {
    return switch (name) {
      case "", "default" -> Partitioners::byKey;
      case "uniform" -> (record, count) -> ProducerRecord.ANY_PARTITION;
      case "round-robin" -> roundRobin();
      default -> ofClass(name);
    };
  }

  private static int byKey(ProducerRecord record, int partitionCount) {
    ByteBuffer key = record.key();
    return key == null ? ProducerRecord.ANY_PARTITION : KeyHash.partitionFor(key, partitionCount);
  }

  private static Partitioner roundRobin() {
    Map<String, AtomicInteger> nextByTopic = new ConcurrentHashMap<>();
    return (record, count) -> {
      AtomicInteger next =
          nextByTopic.computeIfAbsent(record.topic(), missing -> new AtomicInteger());
      return Math.floorMod(next.getAndIncrement(), count);
    };
  }

  private static Partitioner ofClass(String name) {
    try {
      ClassLoader own = Partitioners.class.getClassLoader();
      ClassLoader context = Thread.currentThread().getContextClassLoader();
      Class<?> type = Class.forName(name, true, context == null ? own : context);
      return type.asSubclass(Partitioner.class).getDeclaredConstructor().newInstance();
    } catch (ReflectiveOperationException | ClassCastException e) {
      throw new StreamException(
          ErrorCode.INVALID_CONFIG,
          "partitioner.class is '"
              + name
              + "', expected default, uniform, round-robin, or a public class that implements "
              + Partitioner.class.getName()
              + " and has a public constructor without parameters ("
              + e
              + ")",
          e);
    }
  }
}
