package io.millrace.partition;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.log.ManualTime;
import io.millrace.model.Acks;
import io.millrace.model.AppendCondition;
import io.millrace.model.ErrorCode;
import io.millrace.model.NodeId;
import io.millrace.model.PartitionId;
import io.millrace.model.TopicId;
import io.millrace.model.TopicName;
import io.millrace.model.TopicPartition;
import io.millrace.model.config.TopicSettings;
import io.millrace.model.image.PartitionImage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PartitionTest {
  private static final NodeId SELF = new NodeId(0);
  private static final NodeId OTHER = new NodeId(1);
  private static final Map<String, String> ACK = Map.of("flush.mode", "ack");

  private final InMemoryLog log = new InMemoryLog();
  private final ManualTime time = new ManualTime();
  private final List<Produced> answers = new ArrayList<>();
  private Partition partition;
  private int partitionEpoch;

  @BeforeEach
  void open() {
    partition =
        new Partition(
            new PartitionId(new TopicId(1, 2), 0),
            new TopicPartition(new TopicName("flights"), 0),
            SELF,
            new PartitionLogs.OpenedLog(log, 0),
            TopicSettings.of(Map.of()),
            time,
            3);
  }

  @Test
  void shouldCommitAtOnceAsTheOnlyReplica() {
    // given
    lead(4, Map.of(), SELF);

    // when
    append(Acks.ALL, 5);

    // then
    assertThat(answers).containsExactly(new Produced(ErrorCode.NONE, "", 0, -1, 0, 4));
    assertThat(partition.highWatermark()).isEqualTo(5);
  }

  @Test
  void shouldAcknowledgeAfterTheFsyncInFlushModeAck() throws IOException {
    // given
    lead(1, ACK, SELF);
    append(Acks.ALL, 1);
    append(Acks.LEADER, 1);
    append(Acks.NONE, 1);
    assertThat(answers).as("only acks=0 does not wait").hasSize(1);
    assertThat(partition.isFlushDue()).isTrue();
    var flush = partition.beginFlush();
    answers.clear();

    // when
    append(Acks.ALL, 1);
    assertThat(partition.isFlushDue()).as("one fsync at a time").isFalse();
    partition.onFlushed(flush.run());

    // then
    assertThat(answers).extracting(Produced::baseOffset).containsExactlyInAnyOrder(0L, 1L);
    assertThat(partition.highWatermark()).isEqualTo(3);
    assertThat(partition.isFlushDue()).as("the next covers what came meanwhile").isTrue();
    partition.onFlushed(partition.beginFlush().run());
    assertThat(answers).hasSize(3);
    assertThat(partition.isDirty()).isFalse();
  }

  @ParameterizedTest
  @CsvSource({"4,5,true", "4,4,false", "4,6,false", "3,5,false", "5,5,false"})
  void shouldAppendOnlyWhereTheLogIsExpectedToBe(int epoch, long endOffset, boolean appends) {
    // given
    lead(4, Map.of(), SELF);
    append(Acks.ALL, 5);
    answers.clear();

    // when
    partition.append(
        TestBatches.of(2),
        Acks.ALL,
        Optional.of(new AppendCondition(epoch, endOffset)),
        answers::add);

    // then
    assertThat(answers)
        .extracting(Produced::error)
        .containsExactly(appends ? ErrorCode.NONE : ErrorCode.APPEND_CONDITION_FAILED);
    assertThat(log.endOffset()).isEqualTo(appends ? 7 : 5);
  }

  @Test
  void shouldFlushInTheBackgroundOnceOverdue() {
    // given
    lead(1, Map.of("flush.ms", "50"), SELF);
    append(Acks.ALL, 1);

    // when
    time.advanceMs(49);

    // then
    assertThat(partition.isFlushDue()).isFalse();
    time.advanceMs(1);
    assertThat(partition.isFlushDue()).isTrue();
  }

  @Test
  void shouldLetADuplicateWaitAsTheOriginalDoes() throws IOException {
    // given
    lead(1, ACK, SELF);
    partition.append(TestBatches.of(2, 77, 0), Acks.ALL, answers::add);

    // when
    partition.append(TestBatches.of(2, 77, 0), Acks.ALL, answers::add);

    // then
    assertThat(answers).as("it is in the log, but not on the disk").isEmpty();
    partition.onFlushed(partition.beginFlush().run());
    assertThat(answers).extracting(Produced::baseOffset).containsExactly(0L, 0L);

    // when
    partition.append(TestBatches.of(2, 77, 0), Acks.ALL, answers::add);

    // then
    assertThat(answers).as("committed long ago").hasSize(3);
    assertThat(log.endOffset()).isEqualTo(2);
  }

  @Test
  void shouldBoundWhatWaits() {
    // given
    lead(1, ACK, SELF);
    append(Acks.ALL, 1);
    append(Acks.ALL, 1);
    append(Acks.LEADER, 1);

    // when
    append(Acks.ALL, 1);

    // then
    assertThat(answers).extracting(Produced::error).containsExactly(ErrorCode.THROTTLED);
    assertThat(log.endOffset()).isEqualTo(3);
  }

  @Test
  void shouldRefuseAcksAllBelowMinInSync() {
    // given
    lead(1, Map.of("min.insync.replicas", "2"), SELF);

    // when
    append(Acks.ALL, 1);
    append(Acks.LEADER, 1);

    // then
    assertThat(answers)
        .extracting(Produced::error)
        .containsExactly(ErrorCode.NOT_ENOUGH_REPLICAS, ErrorCode.NONE);
    assertThat(partition.highWatermark()).isZero();
  }

  @Test
  void shouldHideWhatIsNotCommitted() {
    // given
    lead(1, Map.of(), SELF, OTHER);

    // when
    append(Acks.LEADER, 3);

    // then
    assertThat(read(0).slice()).isEmpty();
    assertThat(partition.reader().latest().offset()).isZero();
    lead(1, Map.of(), SELF);
    assertThat(read(0).slice().orElseThrow().nextOffset()).isEqualTo(3);
    assertThat(partition.reader().latest().offset()).isEqualTo(3);
  }

  @Test
  void shouldNotKnowTheOutcomeWhenItStopsLeading() {
    // given
    lead(1, Map.of(), SELF, OTHER);
    append(Acks.ALL, 1);

    // when
    follow(2, OTHER);

    // then
    assertThat(answers).extracting(Produced::error).containsExactly(ErrorCode.UNKNOWN_OUTCOME);
    append(Acks.ALL, 1);
    assertThat(answers.get(1).error()).isEqualTo(ErrorCode.NOT_LEADER_OR_FOLLOWER);
    assertThat(read(0).error()).isEqualTo(ErrorCode.NOT_LEADER_OR_FOLLOWER);
  }

  @Test
  void shouldCompareLeaderEpochs() {
    // given
    lead(5, Map.of(), SELF);

    // when // then
    assertThat(readIn(4).error()).isEqualTo(ErrorCode.FENCED_LEADER_EPOCH);
    assertThat(readIn(5).error()).isEqualTo(ErrorCode.NONE);
    assertThat(readIn(6).error()).isEqualTo(ErrorCode.UNKNOWN_LEADER_EPOCH);
    assertThat(readIn(-1).error()).isEqualTo(ErrorCode.NONE);
  }

  @Test
  void shouldGoOfflineWhenAnFsyncFails() {
    // given
    lead(1, ACK, SELF);
    append(Acks.ALL, 1);
    partition.beginFlush();
    List<String> fired = new ArrayList<>();
    new FetchWatch(1_000, () -> fired.add("news")).watch(partition);

    // when
    partition.onFailed(new IOException("the disk is gone"));

    // then
    assertThat(partition.offline()).contains("the disk is gone");
    assertThat(answers).extracting(Produced::error).containsExactly(ErrorCode.UNKNOWN_OUTCOME);
    assertThat(fired).hasSize(1);
    append(Acks.ALL, 1);
    assertThat(answers.get(1).error()).isEqualTo(ErrorCode.STORAGE_ERROR);
    assertThat(read(0).error()).isEqualTo(ErrorCode.STORAGE_ERROR);
    assertThat(partition.isFlushDue()).isFalse();
  }

  @Test
  void shouldWakeAWatchOnceEnoughIsCommitted() {
    // given
    lead(1, Map.of(), SELF);
    List<String> fired = new ArrayList<>();
    long batchBytes = TestBatches.of(1).remaining();
    new FetchWatch(2 * batchBytes, () -> fired.add("two")).watch(partition);
    FetchWatch cancelled = new FetchWatch(1, () -> fired.add("cancelled"));
    cancelled.watch(partition);
    cancelled.cancel();

    // when
    append(Acks.LEADER, 1);

    // then
    assertThat(fired).isEmpty();
    append(Acks.LEADER, 1);
    assertThat(fired).containsExactly("two");
    append(Acks.LEADER, 1);
    assertThat(fired).as("once").hasSize(1);
  }

  @Test
  void shouldWakeWatchesWhenRecordsOfAnEarlierEpochAreCommitted() {
    // given
    lead(1, Map.of(), SELF, OTHER);
    append(Acks.LEADER, 1);
    lead(2, Map.of(), SELF, OTHER);
    List<String> fired = new ArrayList<>();
    new FetchWatch(1, () -> fired.add("news")).watch(partition);

    // when
    lead(2, Map.of(), SELF);

    // then
    assertThat(fired).hasSize(1);
  }

  @Test
  void shouldSayWhereOffsetsAre() throws IOException {
    // given
    lead(1, Map.of(), SELF);
    append(Acks.LEADER, 3);
    append(Acks.LEADER, 3);

    // when
    RecordDeletion deletion = partition.deleteRecords(2);

    // then
    assertThat(((RecordDeletion.Raised) deletion).logStartOffset()).isEqualTo(2);
    assertThat(partition.reader().earliest().offset()).isEqualTo(2);
    assertThat(partition.reader().latest().offset()).isEqualTo(6);
    OffsetLookup.Search search =
        (OffsetLookup.Search) partition.reader().byTimestamp(1_700_000_000_000L);
    assertThat(partition.reader().finishLookup(search.task().run()).offset()).isZero();
    assertThat(partition.reader().finishLookup(Optional.empty()).offset()).isEqualTo(-1);
    assertThat(read(0).error()).isEqualTo(ErrorCode.OFFSET_OUT_OF_RANGE);
    assertThat(read(7).error()).isEqualTo(ErrorCode.OFFSET_OUT_OF_RANGE);
  }

  @Test
  void shouldNotDeleteAboveTheHighWatermark() {
    // given
    lead(1, Map.of(), SELF, OTHER);
    append(Acks.LEADER, 3);

    // when
    RecordDeletion deletion = partition.deleteRecords(1);

    // then
    assertThat(((RecordDeletion.Refused) deletion).error())
        .isEqualTo(ErrorCode.OFFSET_OUT_OF_RANGE);
    assertThat(((RecordDeletion.Refused) deletion).reason()).contains("high watermark 0");
  }

  @Test
  void shouldRefuseADamagedBatch() {
    // given
    lead(1, Map.of(), SELF);
    var batch = TestBatches.of(1);
    batch.put(batch.limit() - 1, (byte) ~batch.get(batch.limit() - 1));

    // when
    partition.append(batch, Acks.ALL, answers::add);

    // then
    assertThat(answers).extracting(Produced::error).containsExactly(ErrorCode.CORRUPT_MESSAGE);
    assertThat(partition.offline()).isEmpty();
  }

  private void append(Acks acks, int records) {
    partition.append(TestBatches.of(records), acks, answers::add);
  }

  private PartitionRead.Ready read(long offset) {
    return (PartitionRead.Ready) partition.reader().read(offset, -1, 10_000);
  }

  private PartitionRead.Ready readIn(int leaderEpoch) {
    return (PartitionRead.Ready) partition.reader().read(0, leaderEpoch, 10_000);
  }

  private void lead(int epoch, Map<String, String> settings, NodeId... inSync) {
    partition.follow(
        new PartitionImage(
            0, Optional.of(SELF), epoch, ++partitionEpoch, List.of(inSync), List.of(inSync)),
        TopicSettings.of(settings));
  }

  private void follow(int epoch, NodeId leader) {
    partition.follow(
        new PartitionImage(
            0, Optional.of(leader), epoch, ++partitionEpoch, List.of(SELF), List.of(leader)),
        TopicSettings.of(Map.of()));
  }
}
