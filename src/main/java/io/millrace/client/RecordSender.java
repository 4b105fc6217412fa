package io.millrace.client;

import io.millrace.client.PendingRequests.Reply;
import io.millrace.model.Acks;
import io.millrace.model.ErrorCode;
import io.millrace.model.StreamException;
import io.millrace.model.config.SettingValues;
import io.millrace.protocol.stream.message.Produced;
import io.millrace.protocol.stream.message.ProducedRange;
import io.millrace.protocol.stream.message.Welcome;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.random.RandomGenerator;
import org.apache.avro.specific.SpecificRecord;
import org.jspecify.annotations.Nullable;

/**
 * The background sender: carries the batches of all partitions over one connection. Whoever appends
 * only notes which queue has something; one task on the loop then serves all that were noted, and
 * sends what it wrote at once.
 *
 * <p>Threading: the loop, but for {@link #onFull} and {@link #onBegun}.
 */
final class RecordSender implements PartitionQueue.Signals, BatchOutlet, Connection.Listener {
  /** A produce message is at most so much larger than its batch and topic. */
  private static final int FRAME_OVERHEAD_BYTES = 512;

  private final Loop loop;
  private final Connection connection;
  private final ProducerIds ids;
  private final SendRules rules;
  private final Listener listener;

  private final Map<PartitionQueue, PartitionSender> senders = new LinkedHashMap<>();
  private final ConcurrentLinkedQueue<PartitionQueue> ready = new ConcurrentLinkedQueue<>();
  private final ConcurrentLinkedQueue<Due> lingering = new ConcurrentLinkedQueue<>();
  private final AtomicBoolean passScheduled = new AtomicBoolean();
  private volatile boolean timerArmed;
  private final ArrayDeque<PartitionSender> pumps = new ArrayDeque<>();
  private int hurries;
  private boolean closed;

  /** A batch of a queue that has lingered then. */
  private record Due(PartitionQueue queue, long nanos) {}

  /** What the producer is told. */
  interface Listener {
    void onConnected();

    /** Something about the topic is not as it was thought to be. */
    void onTopicInDoubt(String topic);
  }

  RecordSender(
      SettingValues settings,
      Loop loop,
      Wire.Opener opener,
      RandomGenerator random,
      Backoff retryBackoff,
      Listener listener) {
    this.loop = loop;
    this.rules = SendRules.of(settings);
    this.listener = listener;
    this.connection = new Connection(settings, loop, opener, random, this);
    this.ids =
        new ProducerIds(
            connection,
            settings.get(ClientSettings.REQUEST_TIMEOUT_MS),
            retryBackoff,
            loop,
            this::pumpAll);
  }

  Connection connection() {
    return connection;
  }

  /** A new partition. */
  void add(PartitionSender sender) {
    senders.put(sender.queue(), sender);
  }

  /** All partitions. */
  List<PartitionSender> senders() {
    return List.copyOf(senders.values());
  }

  @Override
  public void onFull(PartitionQueue queue) {
    ready.add(queue);
    schedulePass();
  }

  @Override
  public void onBegun(PartitionQueue queue, long dueNanos) {
    lingering.add(new Due(queue, dueNanos));
    // Read after the add: a pass that ends now either sees the entry or has said so before.
    if (!timerArmed) {
      schedulePass();
    }
  }

  private void schedulePass() {
    if (!passScheduled.get() && passScheduled.compareAndSet(false, true)) {
      loop.execute(this::pass);
    }
  }

  private void pass() {
    passScheduled.set(false);
    if (closed) {
      return;
    }
    serveReady();
    serveLingering();
    for (PartitionSender sender = pumps.poll(); sender != null; sender = pumps.poll()) {
      sender.pump();
    }
    connection.flush();
  }

  private void serveReady() {
    for (PartitionQueue queue = ready.poll(); queue != null; queue = ready.poll()) {
      pump(queue);
    }
  }

  private void serveLingering() {
    timerArmed = false;
    long now = loop.nanoTime();
    for (Due due = lingering.peek(); due != null; due = lingering.peek()) {
      long leftNanos = due.nanos() - now;
      if (leftNanos > 0 && !isHurried()) {
        timerArmed = true;
        long delayMs = TimeUnit.NANOSECONDS.toMillis(leftNanos + 999_999);
        loop.schedule(delayMs, this::onLingered);
        return;
      }
      lingering.poll();
      pump(due.queue());
    }
  }

  private void onLingered() {
    timerArmed = false;
    schedulePass();
  }

  private void pump(PartitionQueue queue) {
    PartitionSender sender = senders.get(queue);
    if (sender != null) {
      sender.pump();
    }
  }

  private void pumpAll() {
    pumps.clear();
    pumps.addAll(senders.values());
    schedulePass();
  }

  /** Sends every batch without letting it linger, until {@link #endHurry()}. */
  void beginHurry() {
    hurries++;
    pumpAll();
  }

  void endHurry() {
    hurries--;
  }

  @Override
  public boolean isHurried() {
    return hurries > 0;
  }

  @Override
  public boolean canSend() {
    return connection.isWritable();
  }

  @Override
  public int maxBatchBytes() {
    return connection.maxFrameBytes() - FRAME_OVERHEAD_BYTES;
  }

  @Override
  public long send(PartitionSender from, ProduceBatch batch) {
    Reply reply = rules.acks() == Acks.NONE ? null : new BatchReply(from, batch);
    return connection.produce(
        from.queue().topic(), batch.partition(), rules.acks().wireValue(), batch.bytes(), reply);
  }

  @Override
  public void forget(long requestId) {
    connection.forget(requestId);
  }

  @Override
  public @Nullable ProducerIdentity identity() {
    return ids.identity();
  }

  @Override
  public void retire(ProducerIdentity broken) {
    ids.retire(broken);
  }

  @Override
  public void pumpAt(PartitionSender sender, long nanos) {
    long leftNanos = nanos - loop.nanoTime();
    if (leftNanos <= 0) {
      pumps.add(sender);
      schedulePass();
    } else {
      long delayMs = TimeUnit.NANOSECONDS.toMillis(leftNanos + 999_999);
      loop.schedule(delayMs, () -> pumpAt(sender, loop.nanoTime()));
    }
  }

  @Override
  public void onTopicInDoubt(String topic) {
    listener.onTopicInDoubt(topic);
  }

  @Override
  public void onReady(Welcome welcome) {
    listener.onConnected();
    pumpAll();
  }

  @Override
  public void onLost(StreamException cause) {}

  /** A producer is told nothing but answers. */
  @Override
  public void onMessage(SpecificRecord message) {}

  @Override
  public void onWritable() {
    pumpAll();
  }

  /** Fails what is older than it may be. */
  void expire() {
    new ArrayList<>(senders.values()).forEach(PartitionSender::expire);
  }

  /** Ends everything; what is not done fails. */
  void close(StreamException cause) {
    closed = true;
    ids.close();
    new ArrayList<>(senders.values()).forEach(sender -> sender.abort(cause));
    connection.close();
  }

  /** The answer to one batch. */
  private static final class BatchReply implements Reply {
    private final PartitionSender sender;
    private final ProduceBatch batch;

    private BatchReply(PartitionSender sender, ProduceBatch batch) {
      this.sender = sender;
      this.batch = batch;
    }

    @Override
    public void onAnswer(SpecificRecord answer) {
      if (answer instanceof Produced produced && !produced.getResults().isEmpty()) {
        ProducedRange range = produced.getResults().get(0);
        sender.onWritten(batch, range.getBaseOffset(), range.getLogAppendTimeMs());
      } else {
        sender.onFailure(
            batch, new StreamException(ErrorCode.UNKNOWN_OUTCOME, "an answer says nothing"));
      }
    }

    @Override
    public void onFailure(StreamException failure) {
      sender.onFailure(batch, failure);
    }
  }
}
