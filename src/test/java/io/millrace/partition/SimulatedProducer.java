package io.millrace.partition;

import io.millrace.model.Acks;
import io.millrace.model.ErrorCode;
import io.millrace.record.CompressionType;
import io.millrace.record.RecordBatchBuilder;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Sends one batch after the other. An idempotent one (acks=all) sends the same batch again until it
 * is acknowledged, whatever was answered before; one with acks=1 goes on.
 */
final class SimulatedProducer {
  private static final long TIMEOUT_NANOS = 1_500 * SimulatedTime.MS;

  private final ReplicationWorld world;
  private final long producerId;
  private final Acks acks;
  private int sequence;
  private int batches;
  private int attempt;
  private boolean stopped;
  private byte[] current;
  int acknowledged;

  SimulatedProducer(ReplicationWorld world, long producerId, Acks acks) {
    this.world = world;
    this.producerId = producerId;
    this.acks = acks;
    this.current = next();
  }

  private byte[] next() {
    int count = 1 + world.time().random().nextInt(3);
    RecordBatchBuilder builder = new RecordBatchBuilder(CompressionType.NONE, 256);
    if (acks == Acks.ALL) {
      builder.producer(producerId, (short) 0, sequence);
    }
    for (int i = 0; i < count; i++) {
      String value = producerId + "-" + batches + "-" + i;
      builder.append(
          world.time().wallClockMs(), null, value.getBytes(StandardCharsets.UTF_8), List.of());
    }
    sequence += count;
    batches++;
    ByteBuffer built = builder.build();
    byte[] bytes = new byte[built.remaining()];
    built.get(built.position(), bytes);
    return bytes;
  }

  void stop() {
    stopped = true;
  }

  void send() {
    if (stopped) {
      return;
    }
    int mine = ++attempt;
    SimulatedReplica target = world.anyReplicaLikelyLeading();
    byte[] batch = current;
    world
        .network()
        .send(
            SimulatedReplica.CLIENT,
            target.self().value(),
            () -> target.onMessage(() -> deliver(target, mine, batch)));
    world.time().after(TIMEOUT_NANOS, () -> answered(mine, ErrorCode.REQUEST_TIMED_OUT));
  }

  private void deliver(SimulatedReplica target, int mine, byte[] batch) {
    target.produce(
        ByteBuffer.wrap(batch.clone()),
        acks,
        produced ->
            world
                .network()
                .send(
                    target.self().value(),
                    SimulatedReplica.CLIENT,
                    () -> answered(mine, produced.error())));
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
    world.time().after(world.time().between(0, error == ErrorCode.NONE ? 30 : 100), this::send);
  }
}
