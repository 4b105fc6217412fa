package io.millrace.partition;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.log.ManualTime;
import io.millrace.log.ReadOutcome;
import io.millrace.model.Acks;
import io.millrace.model.ErrorCode;
import io.millrace.model.NodeId;
import io.millrace.model.PartitionId;
import io.millrace.model.TopicId;
import io.millrace.model.TopicName;
import io.millrace.model.TopicPartition;
import io.millrace.model.config.TopicSettings;
import io.millrace.model.image.PartitionImage;
import io.millrace.record.BatchHeader;
import io.millrace.replication.EpochEnd;
import io.millrace.replication.IsrProposal;
import io.millrace.replication.ReplicaAnswer;
import io.millrace.replication.ReplicaFetch;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class PartitionReplicationTest {
  private static final NodeId SELF = new NodeId(0);
  private static final NodeId OTHER = new NodeId(1);
  private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

  private final InMemoryLog log = new InMemoryLog();
  private final List<Produced> answers = new ArrayList<>();
  private boolean leased = true;
  private int partitionEpoch;
  private long active = 3;
  private final Partition partition = partition(SELF, log);

  private Partition partition(NodeId self, InMemoryLog itsLog) {
    return new Partition(
        new PartitionId(new TopicId(1, 2), 0),
        new TopicPartition(new TopicName("flights"), 0),
        new PartitionEnvironment(
            self, new ManualTime(), () -> leased, node -> OptionalLong.of(active), 10),
        new PartitionLogs.OpenedLog(itsLog, 0),
        TopicSettings.of(Map.of()));
  }

  @Test
  void shouldAcknowledgeNothingButCommittedBatchesWithoutALease() {
    // given
    follow(SELF, 1);
    leased = false;

    // when
    partition.append(TestBatches.of(1), Acks.LEADER, answers::add);
    partition.append(TestBatches.of(1), Acks.ALL, answers::add);
    fetch(3, 1, 1, 1);

    // then
    assertThat(answers)
        .extracting(Produced::error)
        .containsExactly(ErrorCode.NOT_LEADER_OR_FOLLOWER, ErrorCode.NONE);
    assertThat(read(0, false).error()).isEqualTo(ErrorCode.NOT_LEADER_OR_FOLLOWER);
  }

  @Test
  void shouldFenceFetchesOfOtherEpochsAndOfEarlierLives() {
    // given
    follow(SELF, 4);

    // when // then
    assertThat(fetch(3, 3, 0, -1).answer().error()).isEqualTo(ErrorCode.FENCED_LEADER_EPOCH);
    assertThat(fetch(3, 5, 0, -1).answer().error()).isEqualTo(ErrorCode.UNKNOWN_LEADER_EPOCH);
    assertThat(fetch(2, 4, 0, -1).answer().error()).isEqualTo(ErrorCode.INVALID_REQUEST);
    assertThat(fetch(3, 4, 0, -1).answer().error()).isEqualTo(ErrorCode.NONE);
  }

  @Test
  void shouldSayWhereHistoriesPart() {
    // given
    follow(SELF, 1);
    partition.append(TestBatches.of(3), Acks.LEADER, answers::add);
    follow(SELF, 5);

    // when
    ReplicaRead read = fetch(3, 5, 7, 4);

    // then
    assertThat(read.answer().diverging()).contains(new EpochEnd(1, 3));
    assertThat(read.batches()).isInstanceOf(ReadOutcome.Nothing.class);
    assertThat(partition.highWatermark()).isZero();
  }

  @Test
  void shouldServeConsumersAsAFollowerUpToWhatItKnowsToBeCommitted() {
    // given
    follow(OTHER, 2);
    partition.replication().onReplicaAnswer(answer(2, 0, 1), batchOf(2, 2));

    // when // then
    assertThat(read(0, false).error()).isEqualTo(ErrorCode.NOT_LEADER_OR_FOLLOWER);
    assertThat(read(0, true).slice()).as("a batch of two, one is committed").isEmpty();
    partition.replication().onReplicaAnswer(answer(2, 2, 2), NOTHING);
    assertThat(read(0, true).slice()).isPresent();
    assertThat(read(3, true).error())
        .as("no reason to look for another position")
        .isEqualTo(ErrorCode.OFFSET_NOT_AVAILABLE);
  }

  @Test
  void shouldLetAConsumerWaitForWhatAFollowerHasAndDoesNotKnowToBeCommitted() {
    // given
    follow(OTHER, 2);

    // when
    partition.replication().onReplicaAnswer(answer(2, 0, 0), batchOf(2, 2));

    // then
    assertThat(read(2, true).error()).isEqualTo(ErrorCode.NONE);
    assertThat(read(2, true).slice()).isEmpty();
  }

  @Test
  void shouldNotSayWhereThePartitionEndsBeforeItKnowsWhatWasCommittedUnderOthers() {
    // given
    follow(OTHER, 2);
    partition.replication().onReplicaAnswer(answer(2, 0, 0), batchOf(2, 2));
    PartitionReader reader = partition.reader();

    // when
    follow(SELF, 3);
    List<ErrorCode> asLeader =
        List.of(reader.latest().error(), reader.finishLookup(Optional.empty()).error());
    OffsetLookup.Found start = reader.earliest();
    fetch(3, 3, 2, 2);

    // then
    assertThat(asLeader)
        .containsExactly(ErrorCode.OFFSET_NOT_AVAILABLE, ErrorCode.OFFSET_NOT_AVAILABLE);
    assertThat(start.error()).isEqualTo(ErrorCode.NONE);
    assertThat(reader.latest().offset()).isEqualTo(2);
    assertThat(reader.finishLookup(Optional.empty()).error()).isEqualTo(ErrorCode.NONE);
  }

  @Test
  void shouldCutDamageOnceItIsOutOfSyncAndServeNothingBefore() throws IOException {
    // given
    follow(OTHER, 2);
    partition.replication().onReplicaAnswer(answer(2, 0, 0), batchOf(2, 2));
    partition.replication().onReplicaAnswer(answer(2, 2, 2), NOTHING);
    log.damageFrom(0);
    partition.checkHealth();

    // when
    ReplicaFetch told = partition.replication().nextFetch();
    Following inSync = partition.replication().onReplicaAnswer(answer(2, 0, 2), batchOf(2, 2));
    PartitionRead.Ready read = read(0, true);
    follow(OTHER, 2, List.of(OTHER));
    Following.Truncate cut =
        (Following.Truncate) partition.replication().onReplicaAnswer(answer(2, 0, 2), NOTHING);
    cut.task().run();
    partition.replication().onTruncated();
    long endWhenCut = log.endOffset();
    boolean wholeWhenCut = partition.replication().takeRefilled();
    partition.replication().onReplicaAnswer(answer(2, 0, 2), batchOf(2, 2));

    // then
    assertThat(told.fetchOffset()).isZero();
    assertThat(inSync).isInstanceOf(Following.BackOff.class);
    assertThat(read.error()).isEqualTo(ErrorCode.NOT_LEADER_OR_FOLLOWER);
    assertThat(cut.lacksCommitted()).isTrue();
    assertThat(endWhenCut).isZero();
    assertThat(wholeWhenCut).isFalse();
    assertThat(partition.replication().takeRefilled()).isTrue();
    assertThat(log.endOffset()).isEqualTo(2);
    assertThat(partition.offline()).isEmpty();
    assertThat(read(0, true).slice()).isPresent();
  }

  @Test
  void shouldResignWhenTheLeaderIsDamaged() {
    // given
    follow(SELF, 1);
    partition.append(TestBatches.of(3), Acks.LEADER, answers::add);
    log.damageFrom(0);

    // when
    partition.checkHealth();
    Optional<IsrProposal> proposal = partition.replication().pendingProposal();
    follow(OTHER, 2, List.of(OTHER));

    // then
    assertThat(proposal.orElseThrow().inSync()).isEqualTo(Map.of(OTHER, 3L));
    assertThat(read(0, false).error()).isEqualTo(ErrorCode.NOT_LEADER_OR_FOLLOWER);
    assertThat(partition.replication().leaderToFetchFrom()).contains(OTHER);
    assertThat(partition.replication().nextFetch().fetchOffset()).isZero();
    assertThat(partition.replication().pendingProposal()).isEmpty();
  }

  @Test
  void shouldResignWhenTheLeadersDiskFailed() {
    // given
    follow(SELF, 1);

    // when
    partition.onFailed(new IOException("the disk is gone"));
    Optional<IsrProposal> proposal = partition.replication().pendingProposal();
    follow(OTHER, 2, List.of(OTHER));

    // then
    assertThat(partition.offline()).isPresent();
    assertThat(proposal.orElseThrow().inSync()).isEqualTo(Map.of(OTHER, 3L));
    assertThat(partition.replication().pendingProposal()).isEmpty();
  }

  @Test
  void shouldNotLeadBeforeItHasAgainWhatWasCommitted() throws IOException {
    // given
    follow(OTHER, 2);
    partition.replication().onReplicaAnswer(answer(2, 0, 0), batchOf(2, 2));
    log.damageFrom(0);
    follow(OTHER, 2, List.of(OTHER));
    Following.Truncate cut =
        (Following.Truncate) partition.replication().onReplicaAnswer(answer(2, 0, 2), NOTHING);
    cut.task().run();
    partition.replication().onTruncated();

    // when
    follow(SELF, 3);
    boolean leads = partition.leading() != null;
    follow(SELF, 4, List.of(SELF));

    // then
    assertThat(leads).isFalse();
    assertThat(partition.offline()).as("nobody else can lead").isPresent();
  }

  @Test
  void shouldGoOfflineWithDamageThatNobodyElseCanRepair() {
    // given
    follow(SELF, 1, List.of(SELF));
    log.damageFrom(0);

    // when
    partition.checkHealth();

    // then
    assertThat(partition.offline()).isPresent();
    assertThat(partition.replication().pendingProposal()).isEmpty();
  }

  @Test
  void shouldAskAgainForTheLifeThatHadCaughtUp() {
    // given
    follow(SELF, 1, List.of(SELF));
    partition.append(TestBatches.of(2), Acks.LEADER, answers::add);
    fetch(3, 1, 2, 1);
    IsrProposal asked = partition.replication().proposeInSync(1).orElseThrow();

    // when
    active = 4;
    fetch(4, 1, 0, -1);

    // then
    assertThat(asked.inSync()).containsEntry(OTHER, 3L);
    assertThat(partition.replication().pendingProposal()).contains(asked);
  }

  @Test
  void shouldFillANewReplicaWhoseLeadersLogStartsWithinABatch() throws IOException {
    // given
    follow(SELF, 1, List.of(SELF));
    partition.append(TestBatches.of(5), Acks.LEADER, answers::add);
    partition.deleteRecords(3);
    InMemoryLog othersLog = new InMemoryLog();
    Partition other = partition(OTHER, othersLog);
    other.follow(image(SELF, 1, List.of(SELF)), TopicSettings.of(Map.of()));

    // when
    for (int i = 0; i < 3; i++) {
      ReplicaFetch fetch = other.replication().nextFetch();
      ReplicaRead read = partition.replication().onReplicaFetch(OTHER, 3, fetch, 10_000);
      Following next = other.replication().onReplicaAnswer(read.answer(), bytes(read));
      if (next instanceof Following.Delete delete) {
        delete.task().run();
      } else if (next instanceof Following.Truncate truncate) {
        truncate.task().run();
        other.replication().onTruncated();
      }
    }

    // then
    assertThat(othersLog.startOffset()).isEqualTo(3);
    assertThat(othersLog.endOffset()).isEqualTo(5);
    assertThat(othersLog.batches()).hasSize(1);
  }

  @Test
  void shouldTakeItsNextRoleWhenItsLogIsTruncated() throws IOException {
    // given
    follow(OTHER, 2);
    partition.replication().onReplicaAnswer(answer(2, 0, 0), batchOf(2, 2));
    follow(OTHER, 3);
    ReplicaAnswer diverging =
        new ReplicaAnswer(ErrorCode.NONE, "", 3, 2, 2, 0, 0, Optional.of(new EpochEnd(1, 0)));
    Following.Truncate next =
        (Following.Truncate) partition.replication().onReplicaAnswer(diverging, NOTHING);

    // when
    follow(SELF, 4);
    boolean leadsMeanwhile = partition.leading() != null;
    next.task().run();
    partition.replication().onTruncated();

    // then
    assertThat(leadsMeanwhile).isFalse();
    assertThat(partition.leading()).isNotNull();
    assertThat(log.endOffset()).isZero();
  }

  @Test
  void shouldGoOfflineRatherThanLoseWhatWasCommitted() {
    // given
    follow(OTHER, 2);
    partition.replication().onReplicaAnswer(answer(2, 0, 2), batchOf(2, 2));
    follow(OTHER, 3);
    ReplicaAnswer diverging =
        new ReplicaAnswer(ErrorCode.NONE, "", 3, 2, 2, 0, 0, Optional.of(new EpochEnd(1, 0)));

    // when
    Following next = partition.replication().onReplicaAnswer(diverging, NOTHING);

    // then
    assertThat(next).isEqualTo(new Following.Stop());
    assertThat(partition.offline()).isPresent();
    assertThat(log.endOffset()).isEqualTo(2);
  }

  private void follow(NodeId leader, int epoch) {
    follow(leader, epoch, List.of(SELF, OTHER));
  }

  private void follow(NodeId leader, int epoch, List<NodeId> inSync) {
    partition.follow(image(leader, epoch, inSync), TopicSettings.of(Map.of()));
  }

  private PartitionImage image(NodeId leader, int epoch, List<NodeId> inSync) {
    List<NodeId> both = List.of(SELF, OTHER);
    return new PartitionImage(0, Optional.of(leader), epoch, ++partitionEpoch, both, inSync);
  }

  private static ByteBuffer bytes(ReplicaRead read) throws IOException {
    if (!(read.batches() instanceof ReadOutcome.Batches found)) {
      return NOTHING;
    }
    ByteBuffer bytes = ByteBuffer.allocate(found.slice().sizeBytes());
    found.slice().read(bytes, 0);
    found.slice().release();
    return bytes.flip();
  }

  private ReplicaRead fetch(long brokerEpoch, int leaderEpoch, long offset, int lastEpoch) {
    return partition
        .replication()
        .onReplicaFetch(
            OTHER,
            brokerEpoch,
            new ReplicaFetch(leaderEpoch, offset, offset, lastEpoch, 0),
            10_000);
  }

  private PartitionRead.Ready read(long offset, boolean fromFollower) {
    return (PartitionRead.Ready) partition.reader().read(offset, -1, 10_000, fromFollower);
  }

  private static ReplicaAnswer answer(int epoch, long fetchOffset, long highWatermark) {
    int lastFetchedEpoch = fetchOffset == 0 ? -1 : 2;
    return new ReplicaAnswer(
        ErrorCode.NONE,
        "",
        epoch,
        fetchOffset,
        lastFetchedEpoch,
        highWatermark,
        0,
        Optional.empty());
  }

  /** As a leader of this epoch stores it at the beginning of the log. */
  private static ByteBuffer batchOf(int records, int epoch) {
    ByteBuffer batch = TestBatches.of(records);
    BatchHeader.setLeaderEpoch(batch, 0, epoch);
    return batch;
  }
}
