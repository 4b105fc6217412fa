package io.millrace.client;

import io.millrace.client.PendingRequests.Pending;
import io.millrace.client.PendingRequests.Reply;
import io.millrace.model.ErrorCode;
import io.millrace.model.StreamException;
import io.millrace.model.config.SettingValues;
import io.millrace.protocol.stream.message.Error;
import io.millrace.protocol.stream.message.Goaway;
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
 * One client's way to the brokers: matches answers with requests over whatever link there is. A
 * request that was not sent yet waits for the next link until its deadline; one that was sent fails
 * with CONNECTION_LOST, in the order of sending, before {@link Listener#onLost}.
 *
 * <p>Threading: the loop only.
 */
final class Connection {
  private static final Logger LOG = LoggerFactory.getLogger(Connection.class);
  private static final long TICK_MS = 50;

  private final Loop loop;
  private final Link link;
  private final Listener listener;
  private final int requestTimeoutMs;
  private final int maxQueued;
  private final PendingRequests pending = new PendingRequests();

  private long nextRequestId = 1;
  private boolean leaving; // The broker has asked to leave: answers may come, nothing is sent.
  private long leaveByNanos;
  private Loop.@Nullable Timer tick;
  private @Nullable StreamException lastFailure;

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
    this.loop = loop;
    this.listener = listener;
    this.link = new Link(settings, loop, opener, random, new LinkEvents());
    this.requestTimeoutMs = settings.get(ClientSettings.REQUEST_TIMEOUT_MS);
    this.maxQueued = settings.get(ClientSettings.MAX_QUEUED_REQUESTS);
  }

  /** Begins to connect. */
  void start() {
    scheduleTick();
    link.start();
  }

  boolean isReady() {
    return readyWire() != null;
  }

  private @Nullable Wire readyWire() {
    return leaving ? null : link.wire();
  }

  boolean isWritable() {
    Wire wire = readyWire();
    return wire != null && wire.isWritable();
  }

  /** Whether an attempt to connect has failed at every address, and there is no connection. */
  boolean hasFailedEverywhere() {
    return link.hasFailedEverywhere();
  }

  /** Why there was no connection the last time. */
  StreamException lastFailure() {
    StreamException last = lastFailure;
    return last == null
        ? new StreamException(ErrorCode.CONNECTION_LOST, "no broker was reached yet")
        : last;
  }

  /** The largest frame that the broker accepts; any, while there is none. */
  int maxFrameBytes() {
    Welcome welcome = link.welcome();
    return welcome == null ? Integer.MAX_VALUE : welcome.getMaxFrameBytes();
  }

  /**
   * Sends a request, now or when there is a connection; it fails with REQUEST_TIMED_OUT after
   * {@code timeoutMs}.
   *
   * @param message makes the message of a request id
   */
  void request(LongFunction<SpecificRecord> message, long timeoutMs, Reply reply) {
    if (link.isClosed()) {
      reply.onFailure(new StreamException(ErrorCode.CLOSED));
      return;
    }
    if (pending.size() >= maxQueued) {
      reply.onFailure(
          new StreamException(
              ErrorCode.LIMIT_EXCEEDED,
              pending.size() + " requests wait already; see max.queued.requests"));
      return;
    }
    long id = nextRequestId++;
    long deadlineNanos = loop.nanoTime() + TimeUnit.MILLISECONDS.toNanos(timeoutMs);
    Pending request = new Pending(id, message.apply(id), deadlineNanos, false, reply);
    Wire wire = readyWire();
    if (wire == null) {
      pending.add(request);
    } else {
      send(wire, request);
    }
  }

  private void send(Wire wire, Pending request) {
    SpecificRecord message = request.message();
    if (message != null) {
      pending.add(request.sent());
      wire.send(message);
    }
  }

  /** Sends a message that has no answer of its own; dropped when there is no connection. */
  void send(SpecificRecord message) {
    Wire wire = readyWire();
    if (wire != null) {
      wire.send(message);
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
    Wire wire = readyWire();
    if (wire == null) {
      throw new IllegalStateException("a batch needs a connection that is ready");
    }
    long id = nextRequestId++;
    if (reply != null) {
      long deadlineNanos = loop.nanoTime() + TimeUnit.MILLISECONDS.toNanos(requestTimeoutMs);
      pending.add(new Pending(id, null, deadlineNanos, true, reply));
    }
    wire.writeProduce(id, topic, partition, acks, requestTimeoutMs, batch);
    return id;
  }

  void flush() {
    Wire wire = readyWire();
    if (wire != null) {
      wire.flush();
    }
  }

  /** Forgets a request: its answer, if one comes, is for nobody. */
  void forget(long requestId) {
    pending.take(requestId);
  }

  /** Gives the connection up and makes another one. */
  void reset(String reason) {
    link.reset(reason);
  }

  /** Ends it; what waits fails with CLOSED. */
  void close() {
    if (link.isClosed() && tick == null) {
      return;
    }
    link.close();
    if (tick != null) {
      tick.cancel();
      tick = null;
    }
    failAll(pending.take(true), new StreamException(ErrorCode.CLOSED));
    failAll(pending.take(false), new StreamException(ErrorCode.CLOSED));
  }

  private static void failAll(List<Pending> requests, StreamException failure) {
    requests.forEach(request -> request.reply().onFailure(failure));
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
    if (leaving && !pending.anySent()) {
      reset("the broker asked to leave, and everything is answered");
    }
  }

  private void onGoaway(Goaway goaway) {
    LOG.info("The broker asks to leave: {}", goaway.getCause());
    long delayNanos = TimeUnit.MILLISECONDS.toNanos(goaway.getDelayMs());
    link.reopenNotBefore(loop.nanoTime() + delayNanos);
    long patienceNanos = Math.max(delayNanos, TimeUnit.MILLISECONDS.toNanos(requestTimeoutMs));
    leaving = true;
    leaveByNanos = loop.nanoTime() + patienceNanos;
    if (!pending.anySent()) {
      reset("the broker asked to leave: " + goaway.getCause());
    }
  }

  private void scheduleTick() {
    tick = loop.schedule(TICK_MS, this::onTick);
  }

  private void onTick() {
    if (link.isClosed()) {
      return;
    }
    scheduleTick();
    link.tick();
    if (leaving && loop.nanoTime() - leaveByNanos >= 0) {
      reset("the broker asked to leave");
    }
    expire();
  }

  private void expire() {
    boolean distrusted = false;
    for (Pending request : pending.takeExpired(loop.nanoTime())) {
      distrusted |= request.resetsConnection();
      request.reply().onFailure(expired(request));
    }
    if (distrusted) {
      reset("the broker did not answer within " + requestTimeoutMs + " ms");
    }
  }

  private StreamException expired(Pending request) {
    if (request.resetsConnection()) {
      return new StreamException(
          ErrorCode.CONNECTION_LOST, "the broker did not answer within request.timeout.ms");
    }
    String reached = request.isSent() ? "answered" : "sent (" + lastFailure().getMessage() + ")";
    return new StreamException(
        ErrorCode.REQUEST_TIMED_OUT, "the request was not " + reached + " in time");
  }

  /** What happens on the link. */
  private final class LinkEvents implements Link.Listener {
    @Override
    public void onUp(Welcome welcome) {
      Wire wire = link.wire();
      for (Pending request : pending.take(false)) {
        if (wire != null) {
          send(wire, request);
        }
      }
      listener.onReady(welcome);
    }

    @Override
    public void onMessage(SpecificRecord message) {
      long requestId = Answers.requestIdOf(message);
      if (requestId != Answers.NONE) {
        onAnswer(requestId, message);
      } else if (message instanceof Goaway goaway) {
        onGoaway(goaway);
      } else {
        listener.onMessage(message);
      }
    }

    @Override
    public void onWritable() {
      if (!leaving) {
        listener.onWritable();
      }
    }

    /** Those who wait for a connection are told why there will be none, if that will not pass. */
    @Override
    public void onRefused(StreamException refusal) {
      if (!refusal.retriable() && link.wire() == null) {
        failAll(pending.take(false), refusal);
      }
    }

    @Override
    public void onDown(StreamException cause, boolean wasUp) {
      leaving = false;
      lastFailure = cause;
      failAll(pending.take(true), cause);
      if (wasUp && !link.isClosed()) {
        listener.onLost(cause);
      }
    }
  }
}
