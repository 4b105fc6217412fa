package io.millrace.verticle;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.bus.FetchReply;
import io.millrace.bus.FetchRequest;
import io.millrace.bus.LogsReply;
import io.millrace.bus.OffsetsReply;
import io.millrace.bus.OffsetsRequest;
import io.millrace.bus.PartitionClient;
import io.millrace.bus.ProduceReply;
import io.millrace.bus.ProduceRequest;
import io.millrace.group.codec.GroupRecordCodec;
import io.millrace.model.ErrorCode;
import io.millrace.model.PartitionId;
import io.millrace.model.TimeSource;
import io.millrace.model.TopicId;
import io.millrace.model.config.BrokerSettings;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class BusCoordinatorLogTest implements PartitionClient {
  private static final PartitionId PARTITION = new PartitionId(new TopicId(1, 2), 38);
  private static final int EPOCH = 4;

  private final Vertx vertx = Vertx.vertx();
  private final List<FetchRequest> fetches = new ArrayList<>();
  private final List<Consumer<FetchReply>> readers = new ArrayList<>();
  private final List<CoordinatorLog.Chunk> chunks = new ArrayList<>();
  private long logEndOffset;
  private final CoordinatorLog log =
      new BusCoordinatorLog(
          PARTITION,
          this,
          new GroupRecordCodec(),
          vertx.createSharedWorkerExecutor("unused", 1),
          () -> 1,
          Runnable::run,
          Runnable::run,
          TimeSource.SYSTEM,
          BrokerSettings.of(Map.of()));

  @AfterEach
  void close() {
    vertx.close().toCompletionStage().toCompletableFuture().join();
  }

  private void answerRead(ErrorCode error, long highWatermark) {
    readers
        .remove(0)
        .accept(
            new FetchReply(
                List.of(
                    new FetchReply.Result(
                        error, "why", Optional.empty(), highWatermark, 0, EPOCH))));
  }

  /** Up to offset 11, of 44. */
  private void readAllThatIsKnownToBeCommitted() {
    logEndOffset = 44;
    log.read(11, EPOCH, chunks::add);
    answerRead(ErrorCode.NONE, 11);
  }

  @Test
  void shouldEndWhereAllThatTheLogHasIsCommitted() {
    // given
    logEndOffset = 44;
    log.read(44, EPOCH, chunks::add);

    // when
    answerRead(ErrorCode.NONE, 44);

    // then
    assertThat(chunks).containsExactly(new CoordinatorLog.End(EPOCH, 44));
  }

  @Test
  void shouldWaitForWhatTheLogHasAndTheLeaderDoesNotKnowToBeCommitted() {
    // when
    readAllThatIsKnownToBeCommitted();

    // then
    assertThat(chunks).isEmpty();
    assertThat(fetches).hasSize(2);
    assertThat(fetches.get(1).minBytes()).isEqualTo(1);
    assertThat(fetches.get(1).entries().get(0).offset()).isEqualTo(11);

    // when
    answerRead(ErrorCode.NONE, 44);

    // then
    assertThat(chunks).containsExactly(new CoordinatorLog.End(EPOCH, 44));
  }

  @Test
  void shouldGiveUpForTheMomentWhatIsNotCommittedInTime() {
    // given
    readAllThatIsKnownToBeCommitted();

    // when
    answerRead(ErrorCode.NONE, 11);

    // then
    assertThat(chunks)
        .containsExactly(new CoordinatorLog.Unreadable("offsets 11 to 44 are not committed yet"));
  }

  @Test
  void shouldSayWhyItCannotBeReadWhileItWaits() {
    // given
    readAllThatIsKnownToBeCommitted();

    // when
    answerRead(ErrorCode.NOT_LEADER_OR_FOLLOWER, -1);

    // then
    assertThat(chunks)
        .containsExactly(new CoordinatorLog.Unreadable("NOT_LEADER_OR_FOLLOWER: why"));
  }

  @Override
  public Waiting fetch(FetchRequest request, Consumer<FetchReply> whenDone) {
    fetches.add(request);
    readers.add(whenDone);
    return () -> {};
  }

  @Override
  public Future<OffsetsReply> offsets(OffsetsRequest request) {
    assertThat(request.entries())
        .containsExactly(new OffsetsRequest.Entry(PARTITION, OffsetsRequest.END_OF_EPOCH, EPOCH));
    return Future.succeededFuture(
        new OffsetsReply(
            List.of(new OffsetsReply.Result(ErrorCode.NONE, "", logEndOffset, -1, EPOCH, 0, -1))));
  }

  @Override
  public void produce(ProduceRequest request, Consumer<ProduceReply> whenDone) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Future<Long> deleteRecords(PartitionId partition, long beforeOffset, long deadlineNanos) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Future<LogsReply> describeLogs(List<PartitionId> partitions, long deadlineNanos) {
    throw new UnsupportedOperationException();
  }
}
