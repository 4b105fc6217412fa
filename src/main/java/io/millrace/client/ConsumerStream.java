package io.millrace.client;

import io.millrace.client.ConsumerSettings.OffsetReset;
import io.millrace.model.ErrorCode;
import io.millrace.model.StreamException;
import io.millrace.model.TopicPartition;
import io.millrace.model.config.SettingValues;
import io.millrace.protocol.stream.message.CaughtUp;
import io.millrace.protocol.stream.message.Credit;
import io.millrace.protocol.stream.message.Error;
import io.millrace.protocol.stream.message.Gap;
import io.millrace.protocol.stream.message.Position;
import io.millrace.protocol.stream.message.Records;
import io.millrace.protocol.stream.message.Sought;
import io.millrace.protocol.stream.message.Subscribe;
import io.millrace.protocol.stream.message.Subscribed;
import io.millrace.protocol.stream.message.Unsubscribe;
import io.millrace.protocol.stream.message.Unsubscribed;
import io.millrace.protocol.stream.message.Welcome;
import io.vertx.core.Completable;
import java.util.ArrayDeque;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.apache.avro.specific.SpecificRecord;
import org.jspecify.annotations.Nullable;

/**
 * A consumer's subscription on whatever connection there is: opens a stream, and on the next
 * connection another one that continues where the first one ended, so that its owner sees one
 * sequence without loss or repeat.
 *
 * <p>Invariant: the received positions are those behind the last event that was handed over.
 *
 * <p>Threading: the loop.
 */
final class ConsumerStream implements Connection.Listener {
  private enum Phase {
    /** No stream; one is opened as soon as it can be. */
    NONE,
    OPENING,
    OPEN,
    /** For ever, until the next subscription. */
    ENDED
  }

  private final Loop loop;
  private final Connection connection;
  private final ConsumerSink sink;
  private final Backoff backoff;
  private final OffsetReset reset;
  private final int requestTimeoutMs;
  private final BrokerPatience patience;
  private final @Nullable GroupMembership group; // Null without a group.id.
  private final CreditWindow credit;
  private final ChunkJoiner joiner;
  private final ConsumerPositions received = new ConsumerPositions();
  private final ArrayDeque<SeekCommand> seeks = new ArrayDeque<>();

  private Phase phase = Phase.ENDED;
  private int streamId;
  private int failures;
  private String clusterId = "";
  private boolean established; // The received positions are known.
  private @Nullable Subscription wanted;
  private @Nullable Completable<Void> opening;
  private @Nullable SeekCommand seeking;

  ConsumerStream(
      SettingValues settings,
      Loop loop,
      Wire.Opener opener,
      RandomGenerator random,
      ConsumerSink sink) {
    this.loop = loop;
    this.sink = sink;
    this.reset = settings.get(ConsumerSettings.AUTO_OFFSET_RESET);
    this.requestTimeoutMs = settings.get(ClientSettings.REQUEST_TIMEOUT_MS);
    this.backoff =
        new Backoff(
            settings.get(ConsumerSettings.RETRY_BACKOFF_MS),
            settings.get(ConsumerSettings.RETRY_BACKOFF_MAX_MS),
            random);
    this.credit =
        new CreditWindow(
            settings.get(ConsumerSettings.FETCH_MAX_RECORDS),
            settings.get(ConsumerSettings.FETCH_MAX_BYTES));
    this.joiner =
        new ChunkJoiner(
            settings.get(ConsumerSettings.DECOMPRESSION_MAX_BYTES), Integer.MAX_VALUE - Long.BYTES);
    this.connection = new Connection(settings, loop, opener, random, this);
    this.patience =
        new BrokerPatience(
            loop,
            settings.get(ConsumerSettings.RECONNECT_TIMEOUT_MS),
            connection,
            this::onNoBroker);
    this.group = GroupMembership.of(settings, loop, random, connection, this, sink);
  }

  @Nullable GroupMembership group() {
    return group;
  }

  int streamId() {
    return streamId;
  }

  boolean isOpen() {
    return phase == Phase.OPEN && connection.isReady();
  }

  /** Reads a partition that the member was assigned. */
  void begin(Position position) {
    received.set(position);
    sink.onPosition(position);
  }

  /** Delivers nothing more of these. */
  void stop(Set<TopicPartition> partitions) {
    sink.drop(partitions::contains);
    partitions.forEach(each -> credit.onGone(0, joiner.drop(each)));
    received.removeAll(partitions);
    topUp();
  }

  Connection connection() {
    return connection;
  }

  String resumeToken() {
    return sink.delivered().resumeToken(clusterId);
  }

  boolean isEstablished() {
    return established;
  }

  /** Begins a subscription, in place of the one before. */
  void subscribe(Subscription subscription, Completable<Void> whenOpen) {
    StartPosition start = subscription.start() == null ? reset.start() : subscription.start();
    if (start == null) {
      whenOpen.fail(
          new StreamException(
              ErrorCode.INVALID_START_OFFSET,
              "a subscription needs a start position, since auto.offset.reset is none"));
      return;
    }
    unsubscribe();
    wanted = subscription.from(start);
    opening = whenOpen;
    phase = Phase.NONE;
    if (group != null) {
      group.begin();
    }
    if (connection.isReady()) {
      open();
    } else {
      patience.begin();
    }
  }

  private void onNoBroker(StreamException failure) {
    if (phase != Phase.ENDED) {
      giveUp(failure);
    }
  }

  /** Ends the subscription; what was not delivered is dropped. */
  void unsubscribe() {
    patience.end();
    if (group != null) {
      group.leave();
      group.end();
    }
    if (phase == Phase.OPEN || phase == Phase.OPENING) {
      connection.send(new Unsubscribe(streamId));
    }
    phase = Phase.ENDED;
    wanted = null;
    established = false;
    received.setAll(new ConsumerPositions());
    dropParts();
    sink.drop(partition -> true);
    StreamException over = Failures.closed("subscription");
    Completable<Void> whoWaits = opening;
    opening = null;
    if (whoWaits != null) {
      whoWaits.fail(over);
    }
    failSeeks(over);
  }

  private void failSeeks(StreamException failure) {
    SeekCommand current = seeking;
    seeking = null;
    if (current != null) {
      current.done().fail(failure);
    }
    for (SeekCommand seek = seeks.poll(); seek != null; seek = seeks.poll()) {
      seek.done().fail(failure);
    }
  }

  private void open() {
    Subscription subscription = wanted;
    if (subscription == null || !connection.isReady()) {
      return;
    }
    phase = Phase.OPENING;
    streamId++;
    credit.onNewStream();
    StartPosition start = subscription.start();
    if (established && group == null) {
      start = StartPosition.resume(received.resumeToken(clusterId));
    }
    StartFields fields = StartFields.of(start == null ? StartPosition.latest() : start);
    Subscribe message = fields.subscribe(streamId, subscription, reset, credit.next(sink.demand()));
    connection.send(group == null ? message : group.join(message));
  }

  /** Grants more, if that is worth a message. */
  void topUp() {
    if (phase == Phase.OPEN) {
      CreditWindow.Grant grant = credit.next(sink.demand());
      if (!grant.isNone()) {
        connection.send(new Credit(streamId, grant.records(), grant.bytes()));
      }
    }
  }

  /** A chunk was delivered or dropped. */
  void onGone(RecordChunk chunk) {
    credit.onGone(chunk.creditRecords(), chunk.sizeBytes());
  }

  /** Moves the position; completes when what is delivered next is from there. */
  void seek(StartPosition target, Completable<Void> done) {
    if (wanted == null) {
      done.fail(new StreamException(ErrorCode.INVALID_REQUEST, "nothing is subscribed to seek in"));
      return;
    }
    seeks.add(new SeekCommand(target, done));
    nextSeek();
  }

  private void nextSeek() {
    if (phase != Phase.OPEN || seeking != null) {
      return;
    }
    SeekCommand next = seeks.poll();
    if (next != null) {
      seeking = next;
      sink.drop(next::moves);
      int ofStream = streamId;
      connection.request(
          id -> StartFields.of(next.target()).seek(id, ofStream),
          requestTimeoutMs,
          new SeekReply(this, next));
    }
  }

  void onSought(SeekCommand seek, Sought sought) {
    if (seeking != seek) {
      return;
    }
    seeking = null;
    for (Position position : sought.getPositions()) {
      if (seek.moves(ConsumerPositions.keyOf(position.getTopic(), position.getPartition()))) {
        received.set(position);
        sink.onPosition(position);
      }
    }
    seek.done().complete(null, null);
    topUp();
    nextSeek();
  }

  void onSeekFailed(SeekCommand seek, StreamException failure) {
    if (seeking != seek) {
      return;
    }
    seeking = null;
    if (failure.code() == ErrorCode.CONNECTION_LOST) {
      seeks.addFirst(seek);
      return;
    }
    seek.done().fail(failure);
    // What was dropped for it is wanted after all.
    sink.drop(partition -> true);
    received.setAll(sink.delivered());
    dropParts();
    connection.send(new Unsubscribe(streamId));
    open();
  }

  @Override
  public void onReady(Welcome welcome) {
    patience.end();
    if (!established) {
      clusterId = welcome.getClusterId();
    }
    if (phase != Phase.ENDED) {
      open();
    }
  }

  @Override
  public void onLost(StreamException cause) {
    if (phase != Phase.ENDED) {
      phase = Phase.NONE;
      patience.begin();
    }
    if (group != null) {
      group.onStreamLost();
    }
    dropParts();
  }

  private void dropParts() {
    credit.onGone(0, joiner.openBytes());
    joiner.clear();
  }

  @Override
  public void onWritable() {}

  @Override
  public void onMessage(SpecificRecord message) {
    if (message instanceof Records records) {
      if (isMine(records.getStreamId()) && phase == Phase.OPEN) {
        onRecords(records);
      }
    } else if (message instanceof Subscribed subscribed) {
      if (isMine(subscribed.getStreamId())) {
        onSubscribed(subscribed);
      }
    } else if (message instanceof Gap gap) {
      if (isMine(gap.getStreamId())) {
        onGap(gap);
      }
    } else if (message instanceof CaughtUp caughtUp) {
      if (isMine(caughtUp.getStreamId()) && seeking == null) {
        sink.onEvent(
            new ConsumerCaughtUp(
                caughtUp.getResumeToken(), caughtUp.getLagRecords(), caughtUp.getLagMs()));
      }
    } else if (message instanceof Unsubscribed unsubscribed) {
      if (isMine(unsubscribed.getStreamId())) {
        end(unsubscribed.getReason());
      }
    } else if (message instanceof Error error) {
      Integer ofStream = error.getStreamId();
      if (ofStream != null && isMine(ofStream)) {
        onError(Answers.exception(error));
      }
    } else if (group != null && phase == Phase.OPEN) {
      group.onMessage(message);
    }
  }

  private boolean isMine(int id) {
    return id == streamId && phase != Phase.ENDED;
  }

  private void onSubscribed(Subscribed subscribed) {
    phase = Phase.OPEN;
    failures = 0;
    for (Position position : subscribed.getPositions()) {
      TopicPartition partition =
          ConsumerPositions.keyOf(position.getTopic(), position.getPartition());
      if (!established || !received.offsets().containsKey(partition)) {
        received.set(position);
        sink.onPosition(position);
      }
    }
    established = true;
    Completable<Void> whoWaits = opening;
    opening = null;
    if (whoWaits != null) {
      whoWaits.complete(null, null);
    }
    topUp();
    nextSeek();
  }

  private void onRecords(Records message) {
    credit.onReceived(message.getCreditRecords(), message.getBatches().remaining());
    RecordChunk chunk;
    try {
      chunk = joiner.add(message);
    } catch (StreamException e) {
      credit.onGone(message.getCreditRecords(), message.getBatches().remaining());
      sink.onFailure(e);
      connection.reset("what was received is damaged: " + e.getMessage());
      return;
    }
    if (chunk == null) {
      return;
    }
    SeekCommand seek = seeking;
    if (seek != null && seek.moves(ConsumerPositions.keyOf(chunk.topic(), chunk.partition()))) {
      onGone(chunk);
      return;
    }
    received.set(chunk, chunk.nextOffset());
    sink.onEvent(chunk);
  }

  private void onGap(Gap gap) {
    ConsumerGap told =
        new ConsumerGap(
            gap.getTopic(),
            gap.getPartition(),
            gap.getFromOffset(),
            gap.getToOffset(),
            gap.getCause());
    SeekCommand seek = seeking;
    if (seek == null || !seek.moves(ConsumerPositions.keyOf(told.topic(), told.partition()))) {
      received.skip(told);
      sink.onEvent(told);
    }
  }

  private void onError(StreamException failure) {
    if (phase != Phase.OPENING) {
      sink.onFailure(failure);
      return;
    }
    if (mayPass(failure.code())) {
      phase = Phase.NONE;
      failures++;
      int failed = streamId;
      loop.schedule(
          backoff.delayMs(failures),
          () -> {
            if (phase == Phase.NONE && streamId == failed) {
              open();
            }
          });
      return;
    }
    giveUp(failure);
  }

  private void giveUp(StreamException failure) {
    Completable<Void> whoWaits = opening;
    opening = null;
    if (whoWaits != null) {
      unsubscribe();
      whoWaits.fail(failure);
    } else {
      sink.onFailure(failure);
      end(String.valueOf(failure.getMessage()));
    }
  }

  /** Whether a subscription that is refused so is tried again without telling anybody. */
  private static boolean mayPass(ErrorCode code) {
    return code.retriable() && code != ErrorCode.UNKNOWN_TOPIC_OR_PARTITION;
  }

  private void end(String reason) {
    phase = Phase.ENDED;
    wanted = null;
    if (group != null) {
      group.onStreamLost();
      group.end();
    }
    failSeeks(Failures.closed("subscription"));
    sink.onEvent(new StreamEnd(reason));
  }

  void close() {
    unsubscribe();
    connection.close();
  }
}
