package io.millrace.client;

import io.millrace.client.ConnectionState.Closed;
import io.millrace.client.ConnectionState.Greeting;
import io.millrace.client.ConnectionState.Leaving;
import io.millrace.client.ConnectionState.Opening;
import io.millrace.client.ConnectionState.Ready;
import io.millrace.client.ConnectionState.Waiting;
import io.millrace.client.PendingRequests.Pending;
import io.millrace.client.PendingRequests.Reply;
import io.millrace.model.ErrorCode;
import io.millrace.model.StreamException;
import io.millrace.model.config.SettingValues;
import io.millrace.protocol.stream.message.Error;
import io.millrace.protocol.stream.message.Goaway;
import io.millrace.protocol.stream.message.Hello;
import io.millrace.protocol.stream.message.Ping;
import io.millrace.protocol.stream.message.Pong;
import io.millrace.protocol.stream.message.Welcome;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.LongFunction;
import java.util.random.RandomGenerator;
import org.apache.avro.specific.SpecificRecord;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One client's way to the brokers: greets, matches answers with requests, notices dead peers, and
 * connects again by itself, to the next address, for as long as it is not closed. A request that
 * was not sent yet waits for the next connection until its deadline; one that was sent fails with
 * CONNECTION_LOST, in the order of sending, before {@link Listener#onLost}.
 *
 * <p>Threading: the loop only.
 */
final class Connection {
  private static final Logger LOG = LoggerFactory.getLogger(Connection.class);
  private static final int PROTOCOL_VERSION = 1;
  private static final long TICK_MS = 50;

  private final SettingValues settings;
  private final Loop loop;
  private final Wire.Opener opener;
  private final Listener listener;
  private final List<BrokerAddress> addresses;
  private final Backoff backoff;
  private final int requestTimeoutMs;
  private final PendingRequests pending = new PendingRequests();

  private ConnectionState state = new Closed();
  private int generation; // Events of wires of earlier generations are not ours any more.
  private int addressIndex;
  private int failures;
  private long nextRequestId = 1;
  private long lastHeardNanos;
  private boolean pinged;
  private long earliestReopenNanos;
  private Loop.@Nullable Timer tick;
  private StreamException lastFailure =
      new StreamException(ErrorCode.CONNECTION_LOST, "no broker was reached yet");

  /** What a connection tells its owner, besides answers. */
  interface Listener {
    /** Requests can be sent; streams of an earlier connection are gone. */
    void onReady(Welcome welcome);

    /** The connection is lost; every request that was sent has been failed. */
    void onLost(StreamException cause);

    /** A message that answers no request; its {@code bytes} are valid during the call only. */
    void onMessage(SpecificRecord message);

    /** The socket takes data again. */
    void onWritable();
  }

  Connection(
      SettingValues settings,
      Loop loop,
      Wire.Opener opener,
      RandomGenerator random,
      Listener listener) {
    this.settings = settings;
    this.loop = loop;
    this.opener = opener;
    this.listener = listener;
    this.addresses = BrokerAddress.listOf(settings);
    this.addressIndex = random.nextInt(addresses.size());
    this.requestTimeoutMs = settings.get(ClientSettings.REQUEST_TIMEOUT_MS);
    this.backoff =
        new Backoff(
            settings.get(ClientSettings.RECONNECT_BACKOFF_MS),
            settings.get(ClientSettings.RECONNECT_BACKOFF_MAX_MS),
            random);
  }

  /** Begins to connect. */
  void start() {
    earliestReopenNanos = loop.nanoTime();
    scheduleTick();
    toOpening();
  }

  boolean isReady() {
    return state instanceof Ready;
  }

  boolean isWritable() {
    return state instanceof Ready ready && ready.wire().isWritable();
  }

  /** Why there was no connection the last time. */
  StreamException lastFailure() {
    return lastFailure;
  }

  /** The largest frame that the broker accepts; any, while there is none. */
  int maxFrameBytes() {
    return state instanceof Ready ready ? ready.welcome().getMaxFrameBytes() : Integer.MAX_VALUE;
  }

  /**
   * Sends a request, now or when there is a connection; it fails with REQUEST_TIMED_OUT after
   * {@code timeoutMs}.
   *
   * @param message makes the message of a request id
   */
  void request(LongFunction<SpecificRecord> message, long timeoutMs, Reply reply) {
    if (state instanceof Closed) {
      reply.onFailure(new StreamException(ErrorCode.CLOSED));
      return;
    }
    if (pending.size() >= settings.get(ClientSettings.MAX_QUEUED_REQUESTS)) {
      reply.onFailure(
          new StreamException(
              ErrorCode.LIMIT_EXCEEDED,
              pending.size() + " requests wait already; see max.queued.requests"));
      return;
    }
    long id = nextRequestId++;
    long deadlineNanos = loop.nanoTime() + TimeUnit.MILLISECONDS.toNanos(timeoutMs);
    Pending request = new Pending(id, message.apply(id), deadlineNanos, false, reply);
    if (state instanceof Ready ready) {
      sendPending(ready, request);
    } else {
      pending.add(request);
    }
  }

  private void sendPending(Ready ready, Pending request) {
    SpecificRecord message = request.message();
    if (message != null) {
      pending.add(request.sent());
      ready.wire().send(message);
    }
  }

  /** Sends a message that has no answer of its own; dropped when there is no connection. */
  void send(SpecificRecord message) {
    if (state instanceof Ready ready) {
      ready.wire().send(message);
    }
  }

  /**
   * Writes a batch; {@link #flush()} sends it. Only while {@link #isReady()}. A missing answer
   * costs the connection, since what follows on it cannot be told apart from it.
   *
   * @param reply null for acks=0, which is not answered
   * @return the request's id
   */
  long produce(String topic, int partition, int acks, ByteBuffer batch, @Nullable Reply reply) {
    if (!(state instanceof Ready ready)) {
      throw new IllegalStateException("a batch needs a connection that is ready, not " + state);
    }
    long id = nextRequestId++;
    if (reply != null) {
      long deadlineNanos = loop.nanoTime() + TimeUnit.MILLISECONDS.toNanos(requestTimeoutMs);
      pending.add(new Pending(id, null, deadlineNanos, true, reply));
    }
    ready.wire().writeProduce(id, topic, partition, acks, requestTimeoutMs, batch);
    return id;
  }

  void flush() {
    if (state instanceof Ready ready) {
      ready.wire().flush();
    }
  }

  /** Forgets a request: its answer, if one comes, is for nobody. */
  void forget(long requestId) {
    pending.take(requestId);
  }

  /** Gives the connection up and makes another one. */
  void reset(String reason) {
    Wire wire = wire();
    if (wire != null) {
      onClosed(generation, reason);
      wire.close();
    }
  }

  /** Ends it; what waits fails with CLOSED. */
  void close() {
    if (state instanceof Closed) {
      return;
    }
    if (state instanceof Waiting waiting) {
      waiting.timer().cancel();
    }
    Wire wire = wire();
    state = new Closed();
    generation++;
    if (tick != null) {
      tick.cancel();
    }
    if (wire != null) {
      wire.close();
    }
    opener.close();
    failAll(pending.take(true), new StreamException(ErrorCode.CLOSED));
    failAll(pending.take(false), new StreamException(ErrorCode.CLOSED));
  }

  private @Nullable Wire wire() {
    if (state instanceof Ready ready) {
      return ready.wire();
    }
    if (state instanceof Greeting greeting) {
      return greeting.wire();
    }
    return state instanceof Leaving leaving ? leaving.wire() : null;
  }

  private void toOpening() {
    state = new Opening(setupDeadlineNanos());
    BrokerAddress address = addresses.get(addressIndex);
    addressIndex = (addressIndex + 1) % addresses.size();
    opener.open(address, new WireEvents(++generation, address));
  }

  private long setupDeadlineNanos() {
    int timeoutMs = settings.get(ClientSettings.CONNECTION_SETUP_TIMEOUT_MS);
    return loop.nanoTime() + TimeUnit.MILLISECONDS.toNanos(timeoutMs);
  }

  private void onOpen(Wire wire) {
    state = new Greeting(wire, setupDeadlineNanos());
    lastHeardNanos = loop.nanoTime();
    String clientId = settings.get(ClientSettings.CLIENT_ID);
    wire.send(new Hello(PROTOCOL_VERSION, PROTOCOL_VERSION, clientId, List.of()));
  }

  private void onMessage(SpecificRecord message) {
    lastHeardNanos = loop.nanoTime();
    pinged = false;
    if (message instanceof Ping ping) {
      Wire wire = wire();
      if (wire != null) {
        wire.send(new Pong(ping.getNonce()));
      }
    } else if (message instanceof Welcome welcome) {
      onWelcome(welcome);
    } else if (message instanceof Goaway goaway) {
      onGoaway(goaway);
    } else {
      long requestId = Answers.requestIdOf(message);
      if (requestId != Answers.NONE) {
        onAnswer(requestId, message);
      } else if (message instanceof Error error && error.getStreamId() == null) {
        onRefused(Answers.exception(error));
      } else if (!(message instanceof Pong)) {
        listener.onMessage(message);
      }
    }
  }

  private void onWelcome(Welcome welcome) {
    if (!(state instanceof Greeting greeting)) {
      reset("the broker greeted twice");
      return;
    }
    if (welcome.getVersion() != PROTOCOL_VERSION) {
      onRefused(
          new StreamException(
              ErrorCode.UNSUPPORTED_VERSION,
              "the broker speaks protocol version "
                  + welcome.getVersion()
                  + ", this client speaks "
                  + PROTOCOL_VERSION));
      return;
    }
    failures = 0;
    Ready ready = new Ready(greeting.wire(), welcome);
    state = ready;
    int now = generation;
    for (Pending request : pending.take(false)) {
      sendPending(ready, request);
    }
    if (now == generation && state == ready) {
      listener.onReady(welcome);
    }
  }

  private void onAnswer(long requestId, SpecificRecord message) {
    Pending request = pending.take(requestId);
    if (request == null) {
      return;
    }
    if (message instanceof Error error) {
      request.reply().onFailure(Answers.exception(error));
    } else {
      request.reply().onAnswer(message);
    }
    if (state instanceof Leaving && !pending.anySent()) {
      reset("the broker asked to leave, and everything is answered");
    }
  }

  /** The broker refuses the connection as a whole: what waits for one is told why, if it is why. */
  private void onRefused(StreamException refusal) {
    lastFailure = refusal;
    if (!refusal.retriable() && !(state instanceof Ready)) {
      failAll(pending.take(false), refusal);
    }
    reset(refusal.getMessage() == null ? "refused" : refusal.getMessage());
  }

  private void onGoaway(Goaway goaway) {
    Wire wire = wire();
    if (wire == null) {
      return;
    }
    LOG.info("The broker asks to leave: {}", goaway.getCause());
    long delayNanos = TimeUnit.MILLISECONDS.toNanos(goaway.getDelayMs());
    earliestReopenNanos = loop.nanoTime() + delayNanos;
    long patienceNanos = Math.max(delayNanos, TimeUnit.MILLISECONDS.toNanos(requestTimeoutMs));
    state = new Leaving(wire, loop.nanoTime() + patienceNanos);
    if (!pending.anySent()) {
      reset("the broker asked to leave: " + goaway.getCause());
    }
  }

  private void onClosed(int ofGeneration, String reason) {
    if (ofGeneration != generation || state instanceof Closed) {
      return;
    }
    generation++;
    boolean wasOpen = state instanceof Ready || state instanceof Leaving;
    lastFailure = new StreamException(ErrorCode.CONNECTION_LOST, reason);
    failures++;
    if (wasOpen) {
      LOG.info("Connection lost: {}", reason);
    } else {
      LOG.debug("No connection: {}", reason);
    }
    toWaiting();
    failAll(pending.take(true), lastFailure);
    if (wasOpen && !(state instanceof Closed)) {
      listener.onLost(lastFailure);
    }
  }

  private void toWaiting() {
    long fromGoawayMs =
        TimeUnit.NANOSECONDS.toMillis(Math.max(0, earliestReopenNanos - loop.nanoTime()));
    long delayMs = Math.max(fromGoawayMs, backoff.delayMs(failures));
    state =
        new Waiting(
            loop.schedule(
                delayMs,
                () -> {
                  if (state instanceof Waiting) {
                    toOpening();
                  }
                }));
  }

  private static void failAll(List<Pending> requests, StreamException failure) {
    requests.forEach(request -> request.reply().onFailure(failure));
  }

  private void scheduleTick() {
    tick = loop.schedule(TICK_MS, this::onTick);
  }

  private void onTick() {
    if (state instanceof Closed) {
      return;
    }
    scheduleTick();
    long now = loop.nanoTime();
    checkSetup(now);
    checkSilence(now);
    boolean distrusted = false;
    for (Pending request : pending.takeExpired(now)) {
      distrusted |= request.resetsConnection();
      String reached = request.isSent() ? "answered" : "sent (" + lastFailure.getMessage() + ")";
      request
          .reply()
          .onFailure(
              request.resetsConnection()
                  ? new StreamException(
                      ErrorCode.CONNECTION_LOST,
                      "the broker did not answer within request.timeout.ms")
                  : new StreamException(
                      ErrorCode.REQUEST_TIMED_OUT, "the request was not " + reached + " in time"));
    }
    if (distrusted) {
      reset("the broker did not answer within " + requestTimeoutMs + " ms");
    }
  }

  private void checkSetup(long now) {
    if (state instanceof Opening opening && now - opening.deadlineNanos() >= 0) {
      onClosed(generation, "the broker could not be reached in time");
    } else if (state instanceof Greeting greeting && now - greeting.deadlineNanos() >= 0) {
      reset("the broker did not answer the greeting in time");
    } else if (state instanceof Leaving leaving && now - leaving.deadlineNanos() >= 0) {
      reset("the broker asked to leave");
    }
  }

  private void checkSilence(long now) {
    Wire wire = wire();
    if (wire == null || state instanceof Greeting) {
      return;
    }
    long silentMs = TimeUnit.NANOSECONDS.toMillis(now - lastHeardNanos);
    if (silentMs >= settings.get(ClientSettings.PING_TIMEOUT_MS)) {
      reset("the broker was silent for " + silentMs + " ms");
    } else if (silentMs >= settings.get(ClientSettings.PING_INTERVAL_MS) && !pinged) {
      pinged = true;
      wire.send(new Ping(nextRequestId));
    }
  }

  /** Events of one wire; those that come after it was given up are dropped. */
  private final class WireEvents implements Wire.Events {
    private final int mine;
    private final BrokerAddress address;

    private WireEvents(int mine, BrokerAddress address) {
      this.mine = mine;
      this.address = address;
    }

    @Override
    public void onOpen(Wire wire) {
      if (mine == generation && state instanceof Opening) {
        Connection.this.onOpen(wire);
      } else {
        wire.close();
      }
    }

    @Override
    public void onMessage(SpecificRecord message) {
      if (mine == generation) {
        Connection.this.onMessage(message);
      }
    }

    @Override
    public void onWritable() {
      if (mine == generation && state instanceof Ready) {
        listener.onWritable();
      }
    }

    @Override
    public void onClosed(String reason) {
      Connection.this.onClosed(mine, address + ": " + reason);
    }
  }
}
