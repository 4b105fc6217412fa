package io.millrace.bus;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.model.Acks;
import io.millrace.model.ErrorCode;
import io.millrace.model.PartitionId;
import io.millrace.model.TimeSource;
import io.millrace.model.TopicId;
import io.millrace.testing.TestLoop;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The client against shards that answer as each test says, on one event loop and on two. */
class BusPartitionClientIT {
  private static final long FAR_MS = 60_000;
  private static final TopicId TOPIC = new TopicId(7, 11);

  private final List<ByteBuf> buffers = new ArrayList<>();
  private final List<Admission> admissions =
      List.of(new Admission(4, 1_000), new Admission(4, 1_000));
  private final List<ScriptedShard> shards = new ArrayList<>();
  private Vertx vertx;
  private TestLoop loop;
  private LoopBus loopBus;
  private PartitionClient client;

  private void start(int loops) {
    vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(loops));
    TypedBus bus = new TypedBus(vertx);
    loop = new TestLoop(vertx);
    for (int shard = 0; shard < admissions.size(); shard++) {
      shards.add(new ScriptedShard(vertx, bus, shard));
    }
    loopBus =
        loop.call(
            () -> LoopBus.open(vertx, bus, TimeSource.SYSTEM, new BusLimits(4, 1_000, 5, 500)));
    client = loop.call(() -> new BusPartitionClient(loopBus, admissions, () -> 1));
  }

  @AfterEach
  void stop() throws Exception {
    if (vertx != null) {
      vertx.close().toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
    }
    assertThat(buffers).allSatisfy(buffer -> assertThat(buffer.refCnt()).isZero());
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void shouldGatherInOrderWhateverOrderTheShardsAnswerIn(int loops) {
    // given
    start(loops);
    List<PartitionId> partitions = List.of(on(1), on(0), on(1));
    CompletableFuture<ProduceReply> reply = produce(Acks.LEADER, FAR_MS, partitions, 10);
    ShardRequest.Append first = shards.get(0).next(ShardRequest.Append.class);
    ShardRequest.Append second = shards.get(1).next(ShardRequest.Append.class);

    // when
    shards.get(1).reply(second, appended(second, 100, 200));
    shards.get(0).reply(first, appended(first, 300));

    // then
    assertThat(TestLoop.get(reply).results())
        .extracting(ProduceReply.Result::baseOffset)
        .containsExactly(100L, 300L, 200L);
    assertNothingPending();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void shouldSayWhetherATimedOutBatchMayBeWritten(int loops) {
    // given
    start(loops);
    CompletableFuture<ProduceReply> reply = produce(Acks.ALL, 200, List.of(on(0), on(1)), 10);
    ShardRequest.Append taken = shards.get(0).next(ShardRequest.Append.class);
    ShardRequest.Append queued = shards.get(1).next(ShardRequest.Append.class);
    assertThat(taken.entries().get(0).batch().take()).isTrue();

    // when
    List<ProduceReply.Result> results = TestLoop.get(reply).results();

    // then
    assertThat(results)
        .extracting(ProduceReply.Result::error)
        .containsExactly(ErrorCode.UNKNOWN_OUTCOME, ErrorCode.REQUEST_TIMED_OUT);
    assertThat(queued.entries().get(0).batch().take()).isFalse();
    assertThat(admissions).extracting(Admission::messages).containsExactly(1, 1);

    // when
    taken.entries().get(0).batch().release();
    shards.get(0).reply(taken, appended(taken, 1));
    shards.get(1).reply(queued, new ShardReply.Appended(queued.correlationId(), List.of()));

    // then
    assertNothingPending();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void shouldNoticeEachDeadlineHoweverFarTheFirstOneIs(int loops) {
    // given
    start(loops);
    CompletableFuture<ProduceReply> far = produce(Acks.ALL, FAR_MS, List.of(on(0)), 10);

    // when
    ProduceReply near = TestLoop.get(produce(Acks.ALL, 50, List.of(on(1)), 10));
    ProduceReply next = TestLoop.get(produce(Acks.ALL, 50, List.of(on(1)), 10));

    // then
    assertThat(List.of(near.results().get(0).error(), next.results().get(0).error()))
        .containsOnly(ErrorCode.REQUEST_TIMED_OUT);
    assertThat(far).isNotDone();

    // when
    answerAppends(0, 1);
    for (int i = 0; i < 2; i++) {
      ShardRequest.Append late = shards.get(1).next(ShardRequest.Append.class);
      shards.get(1).reply(late, new ShardReply.Appended(late.correlationId(), List.of()));
    }

    // then
    assertThat(TestLoop.get(far).results().get(0).error()).isEqualTo(ErrorCode.NONE);
    assertNothingPending();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void shouldThrottleBeyondTheMessagesAndBytesOfAShard(int loops) {
    // given
    start(loops);
    List<CompletableFuture<ProduceReply>> admitted =
        IntStream.range(0, 4).mapToObj(i -> produce(Acks.ALL, FAR_MS, List.of(on(0)), 10)).toList();

    // when
    ProduceReply fifth = TestLoop.get(produce(Acks.ALL, FAR_MS, List.of(on(0)), 10));

    // then
    assertThat(fifth.results().get(0).error()).isEqualTo(ErrorCode.THROTTLED);
    answerAppends(0, 4);
    admitted.forEach(reply -> assertThat(TestLoop.get(reply).results()).hasSize(1));

    // when
    CompletableFuture<ProduceReply> large = produce(Acks.ALL, FAR_MS, List.of(on(0)), 900);
    ProduceReply tooMuch = TestLoop.get(produce(Acks.ALL, FAR_MS, List.of(on(0)), 200));

    // then
    assertThat(tooMuch.results().get(0).error()).isEqualTo(ErrorCode.THROTTLED);
    answerAppends(0, 1);
    assertThat(TestLoop.get(large).results().get(0).error()).isEqualTo(ErrorCode.NONE);
    assertNothingPending();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void shouldAnswerAtOnceWithoutAcksAndStillGiveBackItsAdmission(int loops) {
    // given
    start(loops);

    // when
    ProduceReply reply = TestLoop.get(produce(Acks.NONE, FAR_MS, List.of(on(0), on(1)), 10));

    // then
    assertThat(reply.results()).hasSize(2);
    answerAppends(0, 1);
    answerAppends(1, 1);
    assertNothingPending();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void shouldWaitAtTheOnlyShardAndPassOnWhatItReadsAnew(int loops) {
    // given
    start(loops);
    CompletableFuture<FetchReply> reply = fetch(1, FAR_MS, List.of(on(0)));
    ShardRequest.Read read = shards.get(0).next(ShardRequest.Read.class);
    assertThat(read.waitFor().sole()).isTrue();
    shards.get(0).reply(read, readDone(read, true, (HeldSlice) null));
    assertThat(admissionsLeft()).containsExactly(0, 0);
    assertThat(reply).isNotDone();

    // when
    HeldSlice news = new HeldSlice(5);
    shards.get(0).reply(read, readDone(read, false, news));

    // then
    FetchReply answered = TestLoop.get(reply);
    assertThat(answered.results().get(0).slice()).containsSame(news);
    assertThat(news.references()).isOne();
    assertNothingPending();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void shouldReadAllShardsAgainOnNewsFromOne(int loops) {
    // given
    start(loops);
    CompletableFuture<FetchReply> reply = fetch(1, FAR_MS, List.of(on(1), on(0)));
    ShardRequest.Read first = shards.get(0).next(ShardRequest.Read.class);
    ShardRequest.Read second = shards.get(1).next(ShardRequest.Read.class);
    assertThat(first.waitFor().sole()).isFalse();
    shards.get(0).reply(first, readDone(first, true, (HeldSlice) null));
    shards.get(1).reply(second, readDone(second, true, (HeldSlice) null));

    // when
    shards.get(0).reply(first, new ShardReply.Woken(first.correlationId()));

    // then
    ShardRequest.Forget forgotten = shards.get(1).next(ShardRequest.Forget.class);
    assertThat(forgotten.correlationId()).isEqualTo(second.correlationId());
    ShardRequest.Read again = shards.get(0).next(ShardRequest.Read.class);
    ShardRequest.Read other = shards.get(1).next(ShardRequest.Read.class);
    HeldSlice news = new HeldSlice(5);
    shards.get(0).reply(again, readDone(again, false, news));
    shards.get(1).reply(other, readDone(other, true, (HeldSlice) null));
    assertThat(TestLoop.get(reply).results().get(1).slice()).containsSame(news);
    assertThat(shards.get(1).next(ShardRequest.Forget.class).correlationId())
        .isEqualTo(other.correlationId());
    assertNothingPending();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void shouldReadOnceMoreAtTheDeadlineAndAnswerWithWhatThereIs(int loops) {
    // given
    start(loops);
    CompletableFuture<FetchReply> reply = fetch(100, 100, List.of(on(0)));
    ShardRequest.Read read = shards.get(0).next(ShardRequest.Read.class);
    HeldSlice little = new HeldSlice(5);

    // when
    shards.get(0).reply(read, readDone(read, true, little));

    // then
    shards.get(0).next(ShardRequest.Forget.class);
    assertThat(little.references()).isZero();
    ShardRequest.Read last = shards.get(0).next(ShardRequest.Read.class);
    assertThat(last.waitFor()).isEqualTo(ShardRequest.WaitFor.NOTHING);
    HeldSlice rest = new HeldSlice(6);
    shards.get(0).reply(last, readDone(last, false, rest));
    assertThat(TestLoop.get(reply).results().get(0).slice()).containsSame(rest);
    assertNothingPending();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void shouldAnswerAFetchWhoseShardIsSilent(int loops) {
    // given
    start(loops);

    // when
    CompletableFuture<FetchReply> reply = fetch(1, 10, List.of(on(0), on(1)));
    ShardRequest.Read silent = shards.get(0).next(ShardRequest.Read.class);
    ShardRequest.Read quick = shards.get(1).next(ShardRequest.Read.class);
    HeldSlice found = new HeldSlice(5);
    shards.get(1).reply(quick, readDone(quick, false, found));

    // then
    FetchReply answered = TestLoop.get(reply);
    assertThat(answered.results())
        .extracting(FetchReply.Result::error)
        .containsExactly(ErrorCode.REQUEST_TIMED_OUT, ErrorCode.NONE);

    // when
    HeldSlice late = new HeldSlice(5);
    shards.get(0).reply(silent, readDone(silent, false, late));

    // then
    assertNothingPending();
    assertThat(late.references()).isZero();
    assertThat(found.references()).isOne();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void shouldForgetACancelledFetchAndReleaseWhatIsUnderWay(int loops) {
    // given
    start(loops);
    CompletableFuture<FetchReply> reply = new CompletableFuture<>();
    PartitionClient.Waiting waiting =
        loop.call(() -> client.fetch(request(1, FAR_MS, List.of(on(0))), reply::complete));
    ShardRequest.Read read = shards.get(0).next(ShardRequest.Read.class);
    HeldSlice underWay = new HeldSlice(5);

    // when
    loop.run(waiting::cancel);
    shards.get(0).reply(read, readDone(read, true, underWay));

    // then
    assertThat(shards.get(0).next(ShardRequest.Forget.class).correlationId())
        .isEqualTo(read.correlationId());
    assertNothingPending();
    assertThat(underWay.references()).isZero();
    assertThat(reply).isNotDone();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void shouldKeepOnlyWhatFitsInMaxBytesButAlwaysOneSlice(int loops) {
    // given
    start(loops);
    CompletableFuture<FetchReply> reply = fetch(1, FAR_MS, List.of(on(0), on(1)));
    ShardRequest.Read first = shards.get(0).next(ShardRequest.Read.class);
    ShardRequest.Read second = shards.get(1).next(ShardRequest.Read.class);
    HeldSlice larger = new HeldSlice(1_500);
    HeldSlice surplus = new HeldSlice(5);

    // when
    shards.get(0).reply(first, readDone(first, false, larger));
    shards.get(1).reply(second, readDone(second, false, surplus));

    // then
    assertThat(TestLoop.get(reply).results())
        .extracting(FetchReply.Result::slice)
        .containsExactly(Optional.of(larger), Optional.empty());
    assertThat(surplus.references()).isZero();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void shouldAnswerEverythingWhenTheLoopCloses(int loops) {
    // given
    start(loops);
    CompletableFuture<ProduceReply> produced = produce(Acks.ALL, FAR_MS, List.of(on(0)), 10);
    CompletableFuture<FetchReply> fetched = fetch(1, FAR_MS, List.of(on(1)));
    ShardRequest.Read read = shards.get(1).next(ShardRequest.Read.class);
    shards.get(1).reply(read, readDone(read, true, (HeldSlice) null));

    // when
    loop.run(loopBus::close);

    // then
    assertThat(TestLoop.get(produced).results().get(0).error())
        .isEqualTo(ErrorCode.REQUEST_TIMED_OUT);
    assertThat(TestLoop.get(fetched).results().get(0).error()).isEqualTo(ErrorCode.SHUTTING_DOWN);
  }

  private void answerAppends(int shard, int count) {
    for (int i = 0; i < count; i++) {
      ShardRequest.Append append = shards.get(shard).next(ShardRequest.Append.class);
      append.entries().forEach(entry -> assertThat(entry.batch().take()).isTrue());
      append.entries().forEach(entry -> entry.batch().release());
      shards.get(shard).reply(append, appended(append, i));
    }
  }

  /** Two turns of the loop: mail that was sent before has arrived. */
  private List<Integer> admissionsLeft() {
    loop.run(() -> {});
    loop.run(() -> {});
    return admissions.stream().map(Admission::messages).toList();
  }

  private void assertNothingPending() {
    assertThat(admissionsLeft()).containsExactly(0, 0);
    assertThat(admissions).extracting(Admission::bytes).containsExactly(0L, 0L);
    assertThat(loop.<Integer>call(loopBus::pendingCalls)).isZero();
    assertThat(shards).allMatch(ScriptedShard::isIdle);
  }

  private CompletableFuture<ProduceReply> produce(
      Acks acks, long timeoutMs, List<PartitionId> partitions, int sizeBytes) {
    CompletableFuture<ProduceReply> reply = new CompletableFuture<>();
    List<ProduceRequest.Entry> entries =
        partitions.stream()
            .map(partition -> new ProduceRequest.Entry(partition, batch(sizeBytes)))
            .toList();
    ProduceRequest request = new ProduceRequest(entries, acks, 1, inMs(timeoutMs));
    loop.run(() -> client.produce(request, reply::complete));
    return reply;
  }

  private CompletableFuture<FetchReply> fetch(
      int minBytes, long timeoutMs, List<PartitionId> partitions) {
    CompletableFuture<FetchReply> reply = new CompletableFuture<>();
    FetchRequest request = request(minBytes, timeoutMs, partitions);
    loop.run(() -> client.fetch(request, reply::complete));
    return reply;
  }

  private static FetchRequest request(int minBytes, long timeoutMs, List<PartitionId> partitions) {
    return new FetchRequest(
        partitions.stream().map(p -> new FetchRequest.Entry(p, 0, -1, 1_000)).toList(),
        minBytes,
        1_000,
        1,
        inMs(timeoutMs));
  }

  private OwnedBuffer batch(int sizeBytes) {
    ByteBuf buffer = PooledByteBufAllocator.DEFAULT.directBuffer(sizeBytes).writeZero(sizeBytes);
    buffers.add(buffer);
    return new OwnedBuffer(buffer);
  }

  private static PartitionId on(int shard) {
    return IntStream.range(0, 100)
        .mapToObj(partition -> new PartitionId(TOPIC, partition))
        .filter(id -> id.shard(2) == shard)
        .findFirst()
        .orElseThrow();
  }

  private static ShardReply.Appended appended(ShardRequest.Append to, long... baseOffsets) {
    List<ProduceReply.Result> results = new ArrayList<>();
    for (long offset : baseOffsets) {
      to.entries().forEach(entry -> entry.batch().cancel());
      results.add(new ProduceReply.Result(ErrorCode.NONE, "", offset, -1, 0, 0));
    }
    return new ShardReply.Appended(to.correlationId(), results);
  }

  private static ShardReply.ReadDone readDone(
      ShardRequest.Read to, boolean watching, HeldSlice slice) {
    return new ShardReply.ReadDone(
        to.correlationId(),
        List.of(new FetchReply.Result(ErrorCode.NONE, "", Optional.ofNullable(slice), 10, 0, 0)),
        watching);
  }

  private static long inMs(long ms) {
    return TimeSource.SYSTEM.monotonicNanos() + ms * 1_000_000;
  }
}
