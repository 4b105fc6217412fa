package io.millrace.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.client.ModelBroker.Faults;
import io.millrace.model.ErrorCode;
import io.millrace.model.StreamException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * The producer against a broker that loses connections, refuses, leaves outcomes open, delays,
 * answers out of order and delivers twice; a seed printed is a failure replayed.
 *
 * <ul>
 *   <li>AcknowledgedIsThere: an acknowledged record is at its offset
 *   <li>NothingTwice: no record is in a log twice
 *   <li>OrderKept: records of a partition are in the order of sending
 *   <li>FailedIsAbsent: a record that failed with a known outcome is nowhere
 *   <li>EverybodyTold: each record's callback is called exactly once
 *   <li>MemoryGivenBack: no buffer memory is in use at the end
 * </ul>
 */
class ProducerSimulationTest {
  private static final String TOPIC = "events";
  private static final int SEEDS = Integer.getInteger("millrace.simulation.seeds", 300);
  private static final int RECORDS = 400;

  @Test
  void shouldKeepEveryPromiseWhileConnectionsBreak() {
    simulate(new Faults(0.05, 0.05, 0.03, 0, 0.1), "all", 120_000);
  }

  @Test
  void shouldKeepEveryPromiseWhileBatchesAreRejected() {
    simulate(new Faults(0.02, 0.05, 0.02, 0.05, 0.1), "all", 120_000);
  }

  @Test
  void shouldKeepEveryPromiseWhileDeliveriesExpire() {
    simulate(new Faults(0.15, 0.3, 0.1, 0.01, 0.1), "all", 300);
  }

  @Test
  void shouldTellEverybodyWithoutIdempotence() {
    for (long seed = 1; seed <= SEEDS / 3; seed++) {
      Run run = new Run(seed, new Faults(0.05, 0.05, 0.05, 0.02, 0), "1", 120_000);
      run.play();
      run.assertEverybodyTold();
      run.assertAcknowledgedIsThere();
      run.assertMemoryGivenBack();
    }
  }

  private static void simulate(Faults faults, String acks, int deliveryTimeoutMs) {
    for (long seed = 1; seed <= SEEDS; seed++) {
      Run run = new Run(seed, faults, acks, deliveryTimeoutMs);
      run.play();
      run.assertEverybodyTold();
      run.assertAcknowledgedIsThere();
      run.assertNothingTwice();
      run.assertOrderKept();
      run.assertFailedIsAbsent();
      run.assertMemoryGivenBack();
    }
  }

  /** One simulated run. */
  private static final class Run {
    private final long seed;
    private final Random random;
    private final SimulatedLoop loop = new SimulatedLoop();
    private final ModelBroker broker;
    private final Producer producer;
    private final Faults faults;
    private final int partitions;
    private final List<List<String>> sent = new ArrayList<>();
    private final Map<String, RecordMetadata> acknowledged = new HashMap<>();
    private final Map<String, Throwable> failed = new HashMap<>();
    private int told;

    private Run(long seed, Faults faults, String acks, int deliveryTimeoutMs) {
      this.seed = seed;
      this.random = new Random(seed);
      this.faults = faults;
      this.broker = new ModelBroker(loop, random);
      this.partitions = 1 + random.nextInt(3);
      broker.createTopic(TOPIC, partitions);
      Map<String, String> settings =
          Map.of(
              "acks", acks,
              "batch.size", Integer.toString(40 + random.nextInt(200)),
              "linger.ms", Integer.toString(random.nextInt(4)),
              "retry.backoff.ms", "5",
              "retry.backoff.max.ms", "20",
              "reconnect.backoff.ms", "2",
              "reconnect.backoff.max.ms", "20",
              "request.timeout.ms", "100",
              "delivery.timeout.ms", Integer.toString(deliveryTimeoutMs));
      this.producer =
          new Producer(
              ProducerSettings.of(settings), Partitioners.named("default"), loop, broker, random);
    }

    private void play() {
      for (int partition = 0; partition < partitions; partition++) {
        sent.add(new ArrayList<>());
      }
      broker.faults(faults);
      for (int i = 0; i < RECORDS; i++) {
        send(random.nextInt(partitions), "r" + i);
        if (random.nextInt(4) == 0) {
          loop.runFor(random.nextInt(4));
        }
        if (random.nextInt(100) == 0) {
          broker.down(true);
          loop.runFor(random.nextInt(60));
          broker.down(false);
        }
      }
      loop.runFor(random.nextInt(300));
      broker.faults(Faults.NONE);
      var closed = producer.close();
      assertThat(loop.runUntil(closed::isComplete, 200_000)).as("closes; seed %s", seed).isTrue();
      // What an old connection still held arrives late.
      loop.runFor(1_000);
      assertThat(loop.reported()).as("seed %s", seed).isEmpty();
    }

    private void send(int partition, String value) {
      sent.get(partition).add(value);
      producer.send(
          ProducerRecord.ofText(TOPIC, null, value).withPartition(partition),
          (metadata, failure) -> {
            told++;
            if (failure == null) {
              acknowledged.put(value, metadata);
            } else {
              failed.put(value, failure);
            }
          });
    }

    private void assertEverybodyTold() {
      assertThat(told).as("EverybodyTold; seed %s", seed).isEqualTo(RECORDS);
      assertThat(acknowledged.size() + failed.size()).as("seed %s", seed).isEqualTo(RECORDS);
    }

    private void assertAcknowledgedIsThere() {
      acknowledged.forEach(
          (value, metadata) -> {
            List<String> log = broker.log(TOPIC, metadata.partition()).values();
            if (metadata.hasOffset()) {
              assertThat(log.get((int) metadata.offset()))
                  .as("AcknowledgedIsThere; seed %s", seed)
                  .isEqualTo(value);
            } else {
              assertThat(log).as("AcknowledgedIsThere; seed %s", seed).contains(value);
            }
          });
    }

    private void assertNothingTwice() {
      for (int partition = 0; partition < partitions; partition++) {
        List<String> log = broker.log(TOPIC, partition).values();
        assertThat(new HashSet<>(log))
            .as("NothingTwice; seed %s, %s", seed, log)
            .hasSameSizeAs(log);
      }
    }

    private void assertOrderKept() {
      for (int partition = 0; partition < partitions; partition++) {
        List<String> log = broker.log(TOPIC, partition).values();
        List<String> expected = new ArrayList<>(sent.get(partition));
        expected.retainAll(new HashSet<>(log));
        assertThat(log).as("OrderKept; seed %s", seed).isEqualTo(expected);
      }
    }

    private void assertFailedIsAbsent() {
      failed.forEach(
          (value, failure) -> {
            if (((StreamException) failure).code() != ErrorCode.UNKNOWN_OUTCOME) {
              for (int partition = 0; partition < partitions; partition++) {
                assertThat(broker.log(TOPIC, partition).values())
                    .as("FailedIsAbsent; seed %s, %s", seed, failure)
                    .doesNotContain(value);
              }
            }
          });
    }

    private void assertMemoryGivenBack() {
      assertThat(producer.bufferedBytes()).as("MemoryGivenBack; seed %s", seed).isZero();
    }
  }
}
