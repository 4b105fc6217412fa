package io.millrace.partition;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.log.LogTask;
import io.millrace.log.ManualTime;
import io.millrace.model.Acks;
import io.millrace.model.ErrorCode;
import io.millrace.model.NodeId;
import io.millrace.model.PartitionId;
import io.millrace.model.TopicId;
import io.millrace.model.TopicName;
import io.millrace.model.TopicPartition;
import io.millrace.model.config.TopicSettings;
import io.millrace.model.image.PartitionImage;
import io.millrace.record.RecordSlice;
import io.millrace.testing.Seeds;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * Random courses of one partition's life, each from a seed that is named when it fails: appends
 * with all acks and repeats, fsyncs that end late or fail, leaders and in-sync sets that change,
 * readers that watch.
 */
class PartitionSimulationTest {
  private static final NodeId SELF = new NodeId(0);
  private static final NodeId OTHER = new NodeId(1);

  @Test
  void shouldKeepItsPromisesWhateverHappens() throws IOException {
    for (long seed = 0; seed < 2_000; seed++) {
      try {
        new Life(seed).run();
      } catch (AssertionError | RuntimeException e) {
        throw new AssertionError("seed " + seed, e);
      }
    }
  }

  private static final class Life {
    private final Random random;
    private final ManualTime time = new ManualTime();
    private final InMemoryLog log = new InMemoryLog();
    private final Partition partition;
    private final boolean ackMode;
    private final Set<Integer> asked = new HashSet<>();
    private final Set<Integer> answered = new HashSet<>();
    private int nextSequence;
    private int epoch;
    private int partitionEpoch;
    private LogTask<Long> flushing;
    private long highWatermarkBefore;
    private long committedWhenWatched = -1;
    private boolean fired;

    Life(long seed) {
      this.random = Seeds.random(seed);
      this.ackMode = random.nextBoolean();
      this.partition =
          new Partition(
              new PartitionId(new TopicId(1, 2), 0),
              new TopicPartition(new TopicName("t"), 0),
              SELF,
              new PartitionLogs.OpenedLog(log, 0),
              TopicSettings.of(Map.of()),
              time,
              20);
      follow(true);
    }

    void run() throws IOException {
      for (int step = 0; step < 120; step++) {
        step();
        checkOffsets();
      }
      partition.close();
      assertThat(answered).as("EveryAppendAnswered").isEqualTo(asked);
    }

    private void step() throws IOException {
      switch (random.nextInt(10)) {
        case 0, 1, 2, 3 -> append();
        case 4 -> beginFlush();
        case 5 -> endFlush();
        case 6 -> read();
        case 7 -> watch();
        case 8 -> time.advanceMs(random.nextInt(400));
        default -> {
          if (random.nextInt(4) == 0) {
            epoch += random.nextInt(2);
            follow(random.nextInt(4) > 0);
          }
        }
      }
    }

    private void append() {
      boolean repeat = nextSequence > 0 && random.nextInt(5) == 0;
      int sequence = repeat ? random.nextInt(nextSequence) : nextSequence++;
      Acks acks = Acks.values()[random.nextInt(3)];
      int number = asked.size();
      asked.add(number);
      int askedInEpoch = epoch;
      partition.append(
          TestBatches.of(1, 9, sequence),
          acks,
          produced -> {
            assertThat(answered.add(number)).as("AnsweredOnce").isTrue();
            checkAnswer(acks, askedInEpoch, produced);
          });
    }

    private void checkAnswer(Acks acks, int askedInEpoch, Produced produced) {
      if (produced.error() != ErrorCode.NONE) {
        return;
      }
      assertThat(produced.leaderEpoch()).as("AckNamesItsEpoch").isEqualTo(askedInEpoch);
      if (acks == Acks.ALL) {
        assertThat(produced.baseOffset())
            .as("AckedIsCommitted")
            .isLessThan(partition.highWatermark());
      }
      if (acks != Acks.NONE && ackMode) {
        assertThat(produced.baseOffset()).as("AckedIsDurable").isLessThan(log.durableEndOffset());
      }
    }

    private void beginFlush() {
      if (flushing == null && partition.isFlushDue()) {
        flushing = partition.beginFlush();
      }
    }

    private void endFlush() throws IOException {
      if (flushing == null) {
        return;
      }
      LogTask<Long> ended = flushing;
      flushing = null;
      if (random.nextInt(60) == 0) {
        partition.onFailed(new IOException("EIO"));
      } else {
        partition.onFlushed(ended.run());
      }
    }

    private void read() {
      long offset = random.nextInt((int) log.endOffset() + 2);
      PartitionRead.Ready ready = (PartitionRead.Ready) partition.reader().read(offset, -1, 500);
      ready
          .slice()
          .ifPresent(
              slice -> {
                assertThat(slice.nextOffset())
                    .as("NothingAboveTheHighWatermark")
                    .isLessThanOrEqualTo(partition.highWatermark());
                slice.release();
              });
      Optional<RecordSlice> slice = ready.slice();
      if (ready.error() == ErrorCode.NONE && offset < partition.highWatermark()) {
        assertThat(slice).as("AllBelowTheHighWatermark").isPresent();
      }
    }

    private void watch() {
      boolean leads = partition.reader().latest().error() == ErrorCode.NONE;
      if (committedWhenWatched < 0 && leads) {
        committedWhenWatched = partition.highWatermark();
        fired = false;
        new FetchWatch(1, () -> fired = true).watch(partition);
      }
    }

    private void follow(boolean leads) {
      Set<NodeId> inSync = random.nextInt(3) == 0 ? Set.of(SELF, OTHER) : Set.of(SELF);
      partition.follow(
          new PartitionImage(
              0,
              Optional.of(leads ? SELF : OTHER),
              leads ? epoch : ++epoch,
              ++partitionEpoch,
              List.of(SELF, OTHER),
              leads ? List.copyOf(inSync) : List.of(OTHER)),
          TopicSettings.of(ackMode ? Map.of("flush.mode", "ack") : Map.of()));
      if (!leads) {
        epoch++;
      }
    }

    private void checkOffsets() {
      long highWatermark = partition.highWatermark();
      assertThat(highWatermark)
          .as("HighWatermarkMonotonic")
          .isGreaterThanOrEqualTo(highWatermarkBefore);
      assertThat(highWatermark).as("HighWatermarkInLog").isLessThanOrEqualTo(log.endOffset());
      highWatermarkBefore = highWatermark;
      if (committedWhenWatched >= 0 && highWatermark > committedWhenWatched) {
        assertThat(fired).as("WatchersAreWoken").isTrue();
      }
      if (fired) {
        committedWhenWatched = -1;
        fired = false;
      }
    }
  }
}
