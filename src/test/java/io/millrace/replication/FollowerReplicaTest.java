package io.millrace.replication;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.model.ErrorCode;
import io.millrace.replication.FollowerStep.Append;
import io.millrace.replication.FollowerStep.Broken;
import io.millrace.replication.FollowerStep.Ignore;
import io.millrace.replication.FollowerStep.Retry;
import io.millrace.replication.FollowerStep.StartOverAt;
import io.millrace.replication.FollowerStep.TruncateTo;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class FollowerReplicaTest {
  private static final int EPOCH = 7;

  /** Epochs 2 from 0, 4 from 10 and 5 from 20 on; the end is 30. */
  private final Log log = new Log();

  @Test
  void shouldAskFromItsEndOnAndSayWhereItStands() {
    // given
    log.durable = 25;

    // when
    ReplicaFetch fetch = follower(12, false).nextFetch();

    // then
    assertThat(fetch).isEqualTo(new ReplicaFetch(EPOCH, 30, 25, 5, 12));
  }

  @Test
  void shouldNameNoEpochWithoutARecord() {
    // given
    log.start = 30;

    // when // then
    assertThat(follower(30, false).nextFetch().lastFetchedEpoch()).isEqualTo(-1);
  }

  @Test
  void shouldAppendWhatContinuesItsLog() {
    // given
    FollowerReplica follower = follower(12, false);

    // when // then
    assertThat(follower.onAnswer(answer(EPOCH, 30, null))).isEqualTo(new Append());
    log.end = 35;
    assertThat(follower.onAppended(40)).isTrue();
    assertThat(follower.highWatermark()).as("no further than its own end").isEqualTo(35);
    assertThat(follower.onAppended(33)).isFalse();
    assertThat(follower.highWatermark()).isEqualTo(35);
  }

  @Test
  void shouldIgnoreAnswersToOtherFetches() {
    // given
    FollowerReplica follower = follower(12, false);

    // when // then
    assertThat(follower.onAnswer(answer(EPOCH - 1, 30, null))).isEqualTo(new Ignore());
    assertThat(follower.onAnswer(answer(EPOCH, 29, null))).isEqualTo(new Ignore());
    assertThat(follower.onAnswer(answer(EPOCH - 1, 30, new EpochEnd(5, 20))))
        .isEqualTo(new Ignore());
  }

  @Test
  void shouldIgnoreAnAnswerAboutAHistoryThatItHasCutSince() {
    // given
    ReplicaAnswer answer = answer(EPOCH, 30, new EpochEnd(4, 20));
    FollowerReplica follower = follower(12, false);
    assertThat(follower.onAnswer(answer)).isEqualTo(new TruncateTo(20));

    // when
    log.starts.remove(5);
    log.starts.put(EPOCH, 20L);

    // then
    assertThat(follower.onAnswer(answer)).as("it ends at 30 again").isEqualTo(new Ignore());
  }

  @Test
  void shouldGoBackToWhereTheLeadersEpochEnds() {
    // when // then
    assertThat(follower(12, false).onAnswer(answer(EPOCH, 30, new EpochEnd(5, 25))))
        .isEqualTo(new TruncateTo(25));
  }

  @Test
  void shouldGoBackToItsOwnEndOfAnEpochThatTheLeaderHasMoreOf() {
    // when // then
    assertThat(follower(12, false).onAnswer(answer(EPOCH, 30, new EpochEnd(4, 27))))
        .isEqualTo(new TruncateTo(20));
    assertThat(follower(9, false).onAnswer(answer(EPOCH, 30, new EpochEnd(3, 27))))
        .as("epoch 3 is none of its own")
        .isEqualTo(new TruncateTo(10));
  }

  @Test
  void shouldNotGoBackBelowTheHighWatermarkUnlessTheLeaderIsUnclean() {
    // given
    ReplicaAnswer answer = answer(EPOCH, 30, new EpochEnd(4, 15));

    // when // then
    assertThat(follower(16, false).onAnswer(answer)).isInstanceOf(Broken.class);
    FollowerReplica unclean = follower(16, true);
    assertThat(unclean.onAnswer(answer)).isEqualTo(new TruncateTo(15));
    unclean.onTruncated(15);
    assertThat(unclean.highWatermark()).isEqualTo(15);
  }

  @Test
  void shouldStartOverWhereTheLeadersLogBegins() {
    // given
    FollowerReplica follower = follower(12, false);
    ReplicaAnswer answer =
        new ReplicaAnswer(
            ErrorCode.OFFSET_OUT_OF_RANGE, "", EPOCH, 30, 5, 500, 400, Optional.empty());

    // when // then
    assertThat(follower.onAnswer(answer)).isEqualTo(new StartOverAt(400));
  }

  @Test
  void shouldWaitForAnImageWhereTheLeaderIsNone() {
    // when // then
    assertThat(
            follower(12, false)
                .onAnswer(
                    ReplicaAnswer.failed(
                        ErrorCode.NOT_LEADER_OR_FOLLOWER,
                        "who?",
                        -1,
                        follower(12, false).nextFetch())))
        .isInstanceOf(Retry.class);
  }

  @Test
  void shouldRefuseAHighWatermarkAboveItsEnd() {
    // when // then
    assertThatThrownBy(() -> follower(31, false)).isInstanceOf(IllegalStateException.class);
  }

  private FollowerReplica follower(long highWatermark, boolean leaderUnclean) {
    return new FollowerReplica(EPOCH, leaderUnclean, log, highWatermark);
  }

  private static ReplicaAnswer answer(int epoch, long fetchOffset, EpochEnd diverging) {
    return new ReplicaAnswer(
        ErrorCode.NONE, "", epoch, fetchOffset, 5, 30, 0, Optional.ofNullable(diverging));
  }

  private static final class Log implements ReplicaLog {
    private final TreeMap<Integer, Long> starts = new TreeMap<>();
    private long start;
    private long end = 30;
    private long durable = 30;

    Log() {
      starts.put(2, 0L);
      starts.put(4, 10L);
      starts.put(5, 20L);
    }

    @Override
    public long startOffset() {
      return start;
    }

    @Override
    public long endOffset() {
      return end;
    }

    @Override
    public long durableEndOffset() {
      return durable;
    }

    @Override
    public int latestEpoch() {
      return starts.lastKey();
    }

    @Override
    public EpochEnd endOfEpoch(int epoch) {
      Integer known = starts.floorKey(epoch);
      var next = starts.higherEntry(epoch);
      return new EpochEnd(known == null ? -1 : known, next == null ? end : next.getValue());
    }
  }
}
