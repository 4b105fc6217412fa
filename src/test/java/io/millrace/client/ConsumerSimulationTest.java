package io.millrace.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.client.ModelBroker.Faults;
import io.millrace.model.TopicName;
import io.millrace.model.TopicPartition;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * The consumer against a broker whose connections break in the middle of everything; a seed printed
 * is a failure replayed.
 *
 * <ul>
 *   <li>NothingLostOrTwice: each partition's records are handled in the order of their offsets,
 *       each once
 *   <li>DemandRespected: no record is handled that was not asked for
 *   <li>TokenContinues: another consumer that begins with the resume token of one reads the rest
 *   <li>SeekIsExact: the first record that is handled after a seek is the one sought
 * </ul>
 */
class ConsumerSimulationTest {
  private static final String TOPIC = "events";
  private static final int SEEDS = Integer.getInteger("millrace.simulation.seeds", 300);
  private static final Map<String, String> SETTINGS =
      Map.of(
          "auto.offset.reset", "earliest",
          "fetch.max.bytes", "600",
          "fetch.max.records", "20",
          "reconnect.backoff.ms", "2",
          "reconnect.backoff.max.ms", "20");

  @Test
  void shouldReadEverythingOnceWhileConnectionsBreak() {
    for (long seed = 1; seed <= SEEDS; seed++) {
      Run run = new Run(seed);
      run.start(Subscription.topics(TOPIC));
      run.writeAndRead(40);
      run.assertReadsAll();
    }
  }

  @Test
  void shouldContinueFromTheResumeTokenOfAnother() {
    for (long seed = 1; seed <= SEEDS; seed++) {
      // given
      Run run = new Run(seed);
      run.start(Subscription.topics(TOPIC));
      run.writeAndRead(20);
      String token = run.await(run.consumer.resumeToken());
      run.consumer.close();

      // when
      run.startAnother(Subscription.topics(TOPIC).from(StartPosition.resume(token)));
      run.writeAndRead(20);

      // then
      run.assertReadsAll();
    }
  }

  @Test
  void shouldReadFromWhereItSought() {
    for (long seed = 1; seed <= SEEDS; seed++) {
      // given
      Run run = new Run(seed);
      run.start(Subscription.topics(TOPIC));
      run.writeAndRead(20);
      long middle = run.random.nextInt(run.broker.log(TOPIC, 0).values().size() + 1);
      TopicPartition first = new TopicPartition(new TopicName(TOPIC), 0);

      // when
      var sought = run.consumer.seek(StartPosition.offsets(Map.of(first, middle)));
      sought.onComplete(done -> run.next.put(0, middle));
      run.await(sought);
      run.writeAndRead(20);

      // then
      run.assertReadsAll();
    }
  }

  /** One simulated run. */
  private static final class Run {
    private final long seed;
    private final Random random;
    private final SimulatedLoop loop = new SimulatedLoop();
    private final ModelBroker broker;
    private final int partitions;
    private final Map<Integer, Long> next = new HashMap<>();
    private Consumer consumer;
    private long asked;
    private long handled;
    private int written;
    private boolean limited;

    private Run(long seed) {
      this.seed = seed;
      this.random = new Random(seed);
      this.broker = new ModelBroker(loop, random);
      this.partitions = 1 + random.nextInt(3);
      broker.createTopic(TOPIC, partitions);
      broker.faults(new Faults(0.7, 0, 0, 0, 0));
    }

    private void start(Subscription subscription) {
      for (int partition = 0; partition < partitions; partition++) {
        next.put(partition, 0L);
      }
      startAnother(subscription);
    }

    private void startAnother(Subscription subscription) {
      consumer = new Consumer(ConsumerSettings.of(SETTINGS), loop, broker, random);
      limited = random.nextBoolean();
      if (limited) {
        consumer.pause();
      }
      asked = 0;
      handled = 0;
      if (random.nextBoolean() && !limited) {
        consumer.chunkHandler(chunk -> chunk.forEach(this::onRecord));
      } else {
        consumer.handler(this::onRecord);
      }
      await(consumer.subscribe(subscription));
    }

    private void onRecord(ConsumerRecord record) {
      handled++;
      assertThat(!limited || handled <= asked).as("DemandRespected; seed %s", seed).isTrue();
      assertThat(record.offset())
          .as("NothingLostOrTwice, SeekIsExact; seed %s, partition %s", seed, record.partition())
          .isEqualTo(next.get(record.partition()));
      String expected = broker.log(TOPIC, record.partition()).values().get((int) record.offset());
      assertThat(record.valueText()).as("seed %s", seed).isEqualTo(expected);
      next.merge(record.partition(), 1L, Long::sum);
    }

    private void writeAndRead(int rounds) {
      for (int i = 0; i < rounds; i++) {
        List<String> values = new ArrayList<>();
        for (int n = random.nextInt(6); n >= 0; n--) {
          values.add("v" + written++);
        }
        broker.write(TOPIC, random.nextInt(partitions), values);
        if (limited && random.nextBoolean()) {
          long more = random.nextInt(8);
          asked += more;
          consumer.fetch(more);
        }
        loop.runFor(random.nextInt(6));
        if (random.nextInt(15) == 0) {
          broker.down(true);
          loop.runFor(random.nextInt(30));
          broker.down(false);
        }
      }
    }

    private <T> T await(io.vertx.core.Future<T> future) {
      assertThat(loop.runUntil(future::isComplete, 60_000)).as("seed %s", seed).isTrue();
      assertThat(future.succeeded()).as("seed %s, %s", seed, future.cause()).isTrue();
      return future.result();
    }

    private void assertReadsAll() {
      broker.faults(Faults.NONE);
      asked = Long.MAX_VALUE;
      consumer.resume();
      boolean all =
          loop.runUntil(
              () ->
                  next.entrySet().stream()
                      .allMatch(
                          each ->
                              each.getValue() == broker.log(TOPIC, each.getKey()).values().size()),
              60_000);
      assertThat(loop.reported()).as("seed %s", seed).isEmpty();
      assertThat(all).as("NothingLostOrTwice; seed %s, %s", seed, next).isTrue();
      loop.runFor(1_000);
    }
  }
}
