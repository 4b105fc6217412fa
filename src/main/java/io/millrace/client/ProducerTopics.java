package io.millrace.client;

import io.millrace.model.StreamException;
import io.millrace.model.TopicName;
import io.millrace.model.config.SettingValues;
import io.millrace.record.RecordBatchBuilder;
import io.vertx.core.Completable;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The topics that a producer sends to, and the partitions that they are known to have.
 *
 * <p>Threading: any thread offers records; the loop does the rest.
 */
final class ProducerTopics implements TopicDirectory.Listener {
  private final SettingValues settings;
  private final Partitioner partitioner;
  private final BatchLimits limits;
  private final BufferMemory memory;
  private final Loop loop;
  private final RecordSender sender;
  private final Backoff retryBackoff;
  private final TopicDirectory directory;
  private final Runnable onChange;
  private final ConcurrentHashMap<String, TopicQueues> topics = new ConcurrentHashMap<>();
  private final Map<String, Known> known = new HashMap<>(); // The loop's.
  private volatile boolean closed;

  /** What is known of a topic. */
  private record Known(String topicId, List<PartitionSender> partitions) {
    List<PartitionQueue> queues() {
      return partitions.stream().map(PartitionSender::queue).toList();
    }
  }

  /**
   * @param onChange called on the loop when records that waited for a topic wait no more
   */
  ProducerTopics(
      SettingValues settings,
      Partitioner partitioner,
      BufferMemory memory,
      Loop loop,
      RecordSender sender,
      Backoff retryBackoff,
      Runnable onChange) {
    this.settings = settings;
    this.partitioner = partitioner;
    this.limits = BatchLimits.of(settings);
    this.memory = memory;
    this.loop = loop;
    this.sender = sender;
    this.retryBackoff = retryBackoff;
    this.onChange = onChange;
    this.directory =
        new TopicDirectory(
            sender.connection(),
            settings.get(ClientSettings.REQUEST_TIMEOUT_MS),
            retryBackoff,
            loop,
            this);
  }

  /**
   * Takes a record in.
   *
   * @return whether there was room in buffer.memory
   * @throws StreamException if it can never be sent
   */
  boolean offer(ProducerRecord record, @Nullable Completable<RecordMetadata> whoWaits) {
    if (closed) {
      throw Failures.closed("producer");
    }
    long sizeBound = sizeBound(record);
    PartitionQueue.requireFits(sizeBound, limits, memory.totalBytes());
    TopicQueues queues = topics.get(record.topic());
    if (queues == null) {
      queues = queuesOf(record.topic());
    }
    return queues.append(record, sizeBound, whoWaits);
  }

  private static long sizeBound(ProducerRecord record) {
    return RecordBatchBuilder.recordSizeUpperBoundBytes(
        record.key(), record.value(), record.headers());
  }

  /** So much memory may a record need, at most. */
  long memoryFor(ProducerRecord record) {
    return Math.max(limits.arrayBytes(), sizeBound(record) + ProduceBatch.OVERHEAD_BYTES);
  }

  private TopicQueues queuesOf(String topic) {
    String valid = new TopicName(topic).value();
    TopicQueues mine = new TopicQueues(valid, partitioner, memory, loop);
    TopicQueues before = topics.putIfAbsent(valid, mine);
    if (before != null) {
      return before;
    }
    loop.execute(() -> directory.want(valid));
    return mine;
  }

  /** Asks again about a topic. */
  void refresh(String topic) {
    directory.want(topic);
  }

  void refreshAll() {
    topics.keySet().forEach(directory::want);
  }

  @Override
  public void onTopic(String topic, String topicId, int partitions) {
    TopicQueues queues = topics.get(topic);
    if (queues == null || partitions == 0) {
      return;
    }
    Known before = known.get(topic);
    List<PartitionSender> senders =
        new ArrayList<>(before == null ? List.of() : before.partitions());
    if (before != null && !before.topicId().equals(topicId)) {
      // Deleted and created again: the new logs know nothing of our numbers.
      senders.forEach(PartitionSender::renumber);
    }
    for (int partition = senders.size(); partition < partitions; partition++) {
      senders.add(newSender(topic, partition));
    }
    Known now = new Known(topicId, senders);
    known.put(topic, now);
    queues.resolve(now.queues().subList(0, partitions));
    onChange.run();
  }

  private PartitionSender newSender(String topic, int partition) {
    PartitionQueue queue = new PartitionQueue(topic, partition, limits, memory, loop, sender);
    PartitionSender created =
        new PartitionSender(queue, SendRules.of(settings), sender, memory, loop, retryBackoff);
    sender.add(created);
    return created;
  }

  @Override
  public void onHopeless(String topic, StreamException failure) {
    TopicQueues queues = topics.get(topic);
    if (queues != null && !queues.isKnown()) {
      // Whoever sends to it again makes us ask again.
      topics.remove(topic);
      queues.refuse(failure);
      onChange.run();
    }
  }

  /** Fails the records whose topic did not become known within max.block.ms. */
  void expire() {
    long nanos = TimeUnit.MILLISECONDS.toNanos(settings.get(ProducerSettings.MAX_BLOCK_MS));
    for (TopicQueues queues : topics.values()) {
      if (queues.hasParked()) {
        StreamException cause = directory.failureOf(queues.topic());
        queues.expireParked(
            nanos,
            new StreamException(
                cause.code(),
                "topic "
                    + queues.topic()
                    + " did not become known within max.block.ms: "
                    + cause.getMessage(),
                cause));
      }
    }
    onChange.run();
  }

  /** The topics for which records wait to become known. */
  List<TopicQueues> withParked() {
    return topics.values().stream().filter(TopicQueues::hasParked).toList();
  }

  /** Takes no more records. */
  void refuse() {
    closed = true;
  }

  /** Fails what waits. */
  void close(StreamException cause) {
    closed = true;
    directory.close();
    for (TopicQueues queues : topics.values()) {
      queues.refuse(cause);
    }
    onChange.run();
  }
}
