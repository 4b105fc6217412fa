package io.millrace.endpoint.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.model.ErrorCode;
import io.millrace.model.TopicName;
import io.millrace.model.TopicPartition;
import io.millrace.model.group.GroupRequest;
import io.millrace.model.group.GroupResponse.CommittedOffset;
import io.millrace.model.image.TopicImage;
import io.millrace.protocol.stream.WireFormat;
import io.millrace.protocol.stream.message.Assigned;
import io.millrace.protocol.stream.message.Credit;
import io.millrace.protocol.stream.message.Position;
import io.millrace.protocol.stream.message.Records;
import io.millrace.protocol.stream.message.Released;
import io.millrace.protocol.stream.message.Revoked;
import io.millrace.protocol.stream.message.StreamPartition;
import io.millrace.protocol.stream.message.Subscribe;
import io.millrace.protocol.stream.message.Unsubscribed;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.apache.avro.specific.SpecificRecord;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Clients that come, work, dawdle, hang and go, and a coordinator that fails now and then. A seed
 * that fails is played again. Held after every step:
 *
 * <ul>
 *   <li>OneReader: no partition is with two clients that may work on it.
 *   <li>NothingSkipped: every record below a committed position was processed by some client.
 * </ul>
 *
 * <p>Held at the end: whoever is left reads everything.
 */
final class GroupStreamSimulationTest {
  private static final int PARTITIONS = 3;
  private static final int STEPS = 300;
  private static final List<ErrorCode> FAILURES =
      List.of(
          ErrorCode.NOT_COORDINATOR,
          ErrorCode.COORDINATOR_LOAD_IN_PROGRESS,
          ErrorCode.REQUEST_TIMED_OUT);

  private final BitSet[] processed =
      IntStream.range(0, PARTITIONS).mapToObj(p -> new BitSet()).toArray(BitSet[]::new);

  /** A client that works off what it was sent, in order. */
  private final class Worker {
    private final SessionFixture.Client client;
    private final ArrayDeque<Records> waiting = new ArrayDeque<>();
    private final Set<Integer> owned = new HashSet<>();
    private final List<StreamPartition> toRelease = new ArrayList<>();
    private boolean ended;

    Worker(SessionFixture.Client client) {
      this.client = client;
      client.send(
          Subscribe.newBuilder()
              .setStreamId(1)
              .setTopics(List.of("t"))
              .setOffsets(List.of())
              .setStart("earliest")
              .setGroup("g")
              .setCreditRecords(10)
              .setCreditBytes(1 << 20)
              .setAutoCommitIntervalMs(1_000)
              .setMaxPollIntervalMs(60_000)
              .setRebalanceTimeoutMs(30_000)
              .build());
    }

    void hear() {
      for (SpecificRecord message : client.transport.take()) {
        if (message instanceof Assigned assigned) {
          assigned.getPositions().stream().map(Position::getPartition).forEach(owned::add);
        } else if (message instanceof Records records) {
          waiting.add(records);
        } else if (message instanceof Revoked revoked && revoked.getLost()) {
          revoked.getPartitions().forEach(p -> owned.remove(p.getPartition()));
          toRelease.clear();
        } else if (message instanceof Revoked revoked) {
          toRelease.addAll(revoked.getPartitions());
        } else if (message instanceof Unsubscribed) {
          ended = true;
          owned.clear();
        }
      }
    }

    void work() {
      Records records = waiting.poll();
      if (records != null && !ended) {
        if (owned.contains(records.getPartition())) {
          processed[records.getPartition()].set(
              (int) records.getFirstOffset(), (int) records.getNextOffset());
        }
        client.send(new Credit(1, records.getCreditRecords(), records.getCreditBytes()));
      }
    }

    /** Drops what it has of these and lets them go. */
    void release() {
      if (!toRelease.isEmpty() && !ended) {
        toRelease.forEach(p -> owned.remove(p.getPartition()));
        List<StreamPartition> released = List.copyOf(toRelease);
        toRelease.clear();
        client.send(new Released(1, released));
      }
    }

    void vanish() {
      ended = true;
      owned.clear();
      client.session.onClosed();
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20})
  void shouldSkipNothingAndGiveNothingToTwo(long seed) {
    Random random = new Random(seed);
    try (SessionFixture fixture = SessionFixture.greeted(WireFormat.AVRO)) {
      // given
      TopicImage topic = fixture.broker.topic("t", PARTITIONS);
      List<Worker> workers = new ArrayList<>();

      // when
      for (int step = 0; step < STEPS; step++) {
        step(fixture, topic, workers, random);
        workers.forEach(Worker::hear);
        workers.removeIf(worker -> worker.ended);
        check(fixture, workers, seed);
      }
      fixture.groups.failures.clear();
      workers.forEach(Worker::vanish);
      workers.clear();
      Worker last = new Worker(fixture.another());
      for (int i = 0; i < 400; i++) {
        last.hear();
        last.work();
        last.release();
        fixture.pass(1_000);
        fixture.groups.tick();
      }

      // then
      for (int p = 0; p < PARTITIONS; p++) {
        long end = fixture.broker.log(topic, p).end;
        assertThat(processed[p].nextClearBit(0))
            .as("seed %s, partition %s", seed, p)
            .isEqualTo((int) end);
        assertThat(committed(fixture, p)).as("seed %s, partition %s", seed, p).isEqualTo(end);
      }
      last.vanish();
    }
  }

  private void step(SessionFixture fixture, TopicImage topic, List<Worker> workers, Random random) {
    int dice = random.nextInt(100);
    if (dice < 30) {
      fixture.broker.append(topic, random.nextInt(PARTITIONS), "a", "b", "c");
    } else if (dice < 36 && workers.size() < 4) {
      workers.add(new Worker(fixture.another()));
    } else if (dice < 39 && !workers.isEmpty()) {
      workers.remove(random.nextInt(workers.size())).vanish();
    } else if (dice < 44) {
      fixture.groups.failures.add(FAILURES.get(random.nextInt(FAILURES.size())));
    } else if (dice < 65) {
      fixture.pass(random.nextInt(3_000));
      fixture.groups.tick();
    } else if (!workers.isEmpty()) {
      Worker worker = workers.get(random.nextInt(workers.size()));
      if (dice < 72) {
        worker.release();
      } else {
        worker.work();
      }
    }
  }

  private void check(SessionFixture fixture, List<Worker> workers, long seed) {
    Set<Integer> taken = new HashSet<>();
    for (Worker worker : workers) {
      for (int partition : worker.owned) {
        assertThat(taken.add(partition)).as("OneReader of %s, seed %s", partition, seed).isTrue();
      }
    }
    for (int p = 0; p < PARTITIONS; p++) {
      assertThat((long) processed[p].nextClearBit(0))
          .as("NothingSkipped in %s, seed %s", p, seed)
          .isGreaterThanOrEqualTo(committed(fixture, p));
    }
  }

  private static long committed(SessionFixture fixture, int partition) {
    List<ErrorCode> failures = new ArrayList<>(fixture.groups.failures);
    fixture.groups.failures.clear();
    GroupRequest.FetchOffsets question =
        new GroupRequest.FetchOffsets(
            "g",
            null,
            GroupRequest.NO_GENERATION,
            List.of(new TopicPartition(new TopicName("t"), partition)),
            false);
    CommittedOffset found =
        fixture.groups.ask(question, Long.MAX_VALUE).answer().result().offsets().get(0);
    fixture.groups.failures.addAll(failures);
    return found.offset();
  }
}
