package io.millrace.protocol.kafka;

import io.millrace.model.StreamException;
import io.millrace.model.TopicName;
import io.millrace.model.TopicPartition;
import io.millrace.model.group.OpaqueBytes;
import io.millrace.model.group.SubscriptionCodec;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.message.ConsumerProtocolAssignment;
import org.apache.kafka.common.message.ConsumerProtocolSubscription;
import org.apache.kafka.common.protocol.MessageUtil;

/**
 * Kafka's embedded consumer protocol: {@code int16 version | subscription or assignment}. A version
 * that is newer than what is known is read as the newest known, as every version begins like the
 * one before it.
 *
 * <p>Threading: stateless.
 */
public final class ConsumerProtocolCodec implements SubscriptionCodec {
  private static final int MAX_FIELDS = 1_000_000;

  @Override
  public Optional<Subscription> subscription(OpaqueBytes metadata) {
    try {
      RequestReader reader = reader(metadata);
      short version = reader.readShort();
      if (version < 0) {
        return Optional.empty();
      }
      short known =
          (short) Math.min(version, ConsumerProtocolSubscription.HIGHEST_SUPPORTED_VERSION);
      return Optional.of(subscription(version, new ConsumerProtocolSubscription(reader, known)));
    } catch (RuntimeException e) {
      return damaged(e);
    }
  }

  private static Subscription subscription(short version, ConsumerProtocolSubscription read) {
    List<TopicPartition> owned = new ArrayList<>();
    for (ConsumerProtocolSubscription.TopicPartition topic : read.ownedPartitions()) {
      add(owned, topic.topic(), topic.partitions());
    }
    ByteBuffer userData = read.userData();
    return new Subscription(
        version,
        read.topics(),
        owned,
        read.generationId(),
        Optional.ofNullable(read.rackId()),
        userData == null ? OpaqueBytes.EMPTY : OpaqueBytes.of(bytes(userData)));
  }

  @Override
  public OpaqueBytes assignment(List<TopicPartition> partitions, int version) {
    Map<TopicName, List<Integer>> byTopic = new LinkedHashMap<>();
    for (TopicPartition one : partitions) {
      byTopic.computeIfAbsent(one.topic(), topic -> new ArrayList<>()).add(one.partition());
    }
    ConsumerProtocolAssignment assignment = new ConsumerProtocolAssignment();
    byTopic.forEach(
        (topic, numbers) ->
            assignment
                .assignedPartitions()
                .mustAdd(
                    new ConsumerProtocolAssignment.TopicPartition()
                        .setTopic(topic.value())
                        .setPartitions(numbers)));
    short known =
        (short)
            Math.max(0, Math.min(version, ConsumerProtocolAssignment.HIGHEST_SUPPORTED_VERSION));
    return OpaqueBytes.of(bytes(MessageUtil.toVersionPrefixedByteBuffer(known, assignment)));
  }

  @Override
  public Optional<List<TopicPartition>> assignedPartitions(OpaqueBytes assignment) {
    try {
      RequestReader reader = reader(assignment);
      short version = reader.readShort();
      if (version < 0) {
        return Optional.empty();
      }
      short known = (short) Math.min(version, ConsumerProtocolAssignment.HIGHEST_SUPPORTED_VERSION);
      List<TopicPartition> partitions = new ArrayList<>();
      new ConsumerProtocolAssignment(reader, known)
          .assignedPartitions()
          .forEach(topic -> add(partitions, topic.topic(), topic.partitions()));
      return Optional.of(partitions);
    } catch (RuntimeException e) {
      return damaged(e);
    }
  }

  /**
   * The generated readers say with these what they do not like; anything else is a mistake here.
   */
  private static <T> Optional<T> damaged(RuntimeException e) {
    boolean expected =
        e instanceof StreamException
            || e instanceof BufferUnderflowException
            || e instanceof IllegalArgumentException
            || e.getClass() == RuntimeException.class
            || e instanceof org.apache.kafka.common.KafkaException;
    if (!expected) {
      throw e;
    }
    return Optional.empty();
  }

  private static void add(List<TopicPartition> all, String topic, List<Integer> partitions) {
    TopicName name = new TopicName(topic);
    partitions.forEach(partition -> all.add(new TopicPartition(name, partition)));
  }

  private static RequestReader reader(OpaqueBytes bytes) {
    return new RequestReader(ByteBuffer.wrap(bytes.array()), MAX_FIELDS);
  }

  private static byte[] bytes(ByteBuffer buffer) {
    byte[] bytes = new byte[buffer.remaining()];
    buffer.duplicate().get(bytes);
    return bytes;
  }
}
