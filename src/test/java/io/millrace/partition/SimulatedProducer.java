package io.millrace.partition;

import io.millrace.model.Acks;
import io.millrace.model.ErrorCode;
import io.millrace.record.CompressionType;
import io.millrace.record.RecordBatchBuilder;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Consumer;

/**
 * Sends one batch after the other. An idempotent one (acks=all) sends the same batch again until it
 * is acknowledged, whatever was answered before; one with acks=1 goes on.
 */
public final class SimulatedProducer {
  private static final long TIMEOUT_NANOS = 1_500 * SimulatedTime.MS;

  private final Cluster cluster;
  private final long producerId;
  private final Acks acks;
  private final long paceMs;
  private int sequence;
  private int batches;
  private int attempt;
  private boolean stopped;
  private byte[] current;
  private int acknowledged;

  /** Whom it sends to. */
  public interface Cluster {
    SimulatedTime time();

    /** Mostly the leader gets a copy of it; the answer may never come. */
    void produce(byte[] batch, Acks acks, Consumer<ErrorCode> onAnswer);
  }

  /**
   * @param paceMs at most so long between an acknowledgement and the next batch
   */
  public SimulatedProducer(Cluster cluster, long producerId, Acks acks, long paceMs) {
    this.cluster = cluster;
    this.producerId = producerId;
    this.acks = acks;
    this.paceMs = paceMs;
    this.current = next();
  }

  private byte[] next() {
    int count = 1 + cluster.time().random().nextInt(3);
    RecordBatchBuilder builder = new RecordBatchBuilder(CompressionType.NONE, 256);
    if (acks == Acks.ALL) {
      builder.producer(producerId, (short) 0, sequence);
    }
    for (int i = 0; i < count; i++) {
      String value = producerId + "-" + batches + "-" + i;
      builder.append(
          cluster.time().wallClockMs(), null, value.getBytes(StandardCharsets.UTF_8), List.of());
    }
    sequence += count;
    batches++;
    ByteBuffer built = builder.build();
    byte[] bytes = new byte[built.remaining()];
    built.get(built.position(), bytes);
    return bytes;
  }

  public int acknowledged() {
    return acknowledged;
  }

  public void stop() {
    stopped = true;
  }

  public void send() {
    if (stopped) {
      return;
    }
    int mine = ++attempt;
    cluster.produce(current, acks, error -> answered(mine, error));
    cluster.time().after(TIMEOUT_NANOS, () -> answered(mine, ErrorCode.REQUEST_TIMED_OUT));
  }

  private void answered(int ofAttempt, ErrorCode error) {
    if (ofAttempt != attempt) {
      return;
    }
    attempt++;
    if (error == ErrorCode.NONE || acks != Acks.ALL) {
      acknowledged += error == ErrorCode.NONE ? 1 : 0;
      current = next();
    }
    cluster
        .time()
        .after(cluster.time().between(0, error == ErrorCode.NONE ? paceMs : 100), this::send);
  }
}
