package io.millrace.bus;

import io.millrace.model.TimeSource;
import io.netty.util.collection.LongObjectHashMap;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * One event loop's end of the bus: its one reply address, the calls that wait for replies, and the
 * one tick that looks at their deadlines. Both clients of a loop stand on it.
 *
 * <p>Threading: belongs to the event loop that opened it.
 */
public final class LoopBus implements AutoCloseable {
  /** The correlation id of news that nobody asked for. */
  public static final long UNASKED = 0;

  private final Vertx vertx;
  private final TypedBus bus;
  private final TimeSource time;
  private final BusLimits limits;
  private final Address<LoopMail> address;
  private final TypedBus.Registration registration;
  private final Optional<Address<LoopMail>> nodeAddress;
  private final Optional<TypedBus.Registration> nodeRegistration;
  private final LongObjectHashMap<Pending> pending = new LongObjectHashMap<>();
  private final List<Consumer<MetadataReply.ImageChanged>> imageListeners = new ArrayList<>();
  private final long timer;
  private long nextId = UNASKED + 1;
  private long earliestDeadlineNanos;
  private boolean closed;

  private LoopBus(Vertx vertx, TypedBus bus, TimeSource time, BusLimits limits) {
    this.vertx = vertx;
    this.bus = bus;
    this.time = time;
    this.limits = limits;
    int number = bus.nextLoop();
    this.address = Addresses.loop(number);
    this.registration = bus.consume(address, this::onMail);
    this.nodeAddress = bus.selfKey().map(key -> Addresses.nodeLoop(key, number));
    this.nodeRegistration = nodeAddress.map(mine -> bus.consume(mine, this::onMail));
    bus.openLoop(address);
    this.earliestDeadlineNanos = time.monotonicNanos();
    this.timer = vertx.setPeriodic(limits.tickMs(), id -> expire());
  }

  /** Opens the bus for the event loop that this is called on. */
  public static LoopBus open(Vertx vertx, TypedBus bus, TimeSource time, BusLimits limits) {
    return new LoopBus(vertx, bus, time, limits);
  }

  /** Where replies to this loop go. */
  Address<LoopMail> address() {
    return address;
  }

  /** Completes after so long. */
  Future<Long> later(long delayMs) {
    Promise<Long> promise = Promise.promise();
    vertx.setTimer(delayMs, promise::complete);
    return promise.future();
  }

  /** Where other nodes send replies to this loop. */
  Address<LoopMail> nodeAddress() {
    return nodeAddress.orElseThrow(() -> new IllegalStateException("this node is alone"));
  }

  TypedBus bus() {
    return bus;
  }

  BusLimits limits() {
    return limits;
  }

  long nowNanos() {
    return time.monotonicNanos();
  }

  boolean isClosed() {
    return closed;
  }

  /** Calls that are not forgotten yet: under way, waiting, or given up without a reply so far. */
  public int pendingCalls() {
    return pending.size();
  }

  /** Keeps a call until {@link #forget}; the correlation id that its reply must carry. */
  long await(Pending call) {
    long id = nextId++;
    pending.put(id, call);
    deadlineMoved(call.deadlineNanos());
    return id;
  }

  /** A call's deadline is now this. */
  void deadlineMoved(long deadlineNanos) {
    // With no call there is no earliest deadline: the first one sets it.
    if (pending.size() == 1 || deadlineNanos - earliestDeadlineNanos < 0) {
      earliestDeadlineNanos = deadlineNanos;
    }
  }

  void forget(long correlationId) {
    pending.remove(correlationId);
  }

  /** Calls back with every newer image. */
  public void onImage(Consumer<MetadataReply.ImageChanged> listener) {
    imageListeners.add(listener);
  }

  private void onMail(LoopMail mail) {
    for (BusReply reply : mail.replies()) {
      if (reply.correlationId() == UNASKED) {
        onNews(reply);
        continue;
      }
      Pending call = pending.get(reply.correlationId());
      if (call == null) {
        reply.discard();
      } else {
        call.onReply(reply);
      }
    }
  }

  private void onNews(BusReply reply) {
    if (reply instanceof MetadataReply.ImageChanged changed) {
      imageListeners.forEach(listener -> listener.accept(changed));
    } else {
      reply.discard();
    }
  }

  private void expire() {
    long now = time.monotonicNanos();
    if (pending.isEmpty() || now - earliestDeadlineNanos < 0) {
      return;
    }
    List<Pending> due = new ArrayList<>();
    long earliest = now + Long.MAX_VALUE / 2;
    for (Pending call : pending.values()) {
      if (!call.expires()) {
        continue;
      }
      if (call.deadlineNanos() - now <= 0) {
        due.add(call);
      } else if (call.deadlineNanos() - earliest < 0) {
        earliest = call.deadlineNanos();
      }
    }
    // Set before the calls run: they may move it to an earlier time.
    earliestDeadlineNanos = earliest;
    due.forEach(Pending::onDeadline);
  }

  /** Answers what is under way as if its deadline had passed; later mail is given back unread. */
  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    vertx.cancelTimer(timer);
    List<Pending> open = new ArrayList<>(pending.values());
    open.stream().filter(Pending::expires).forEach(Pending::onDeadline);
    bus.closeLoop(address);
    registration.close();
    nodeRegistration.ifPresent(TypedBus.Registration::close);
  }

  /** A call that waits for a reply. */
  interface Pending {
    /** May come more than once; the call forgets itself when no more can come. */
    void onReply(BusReply reply);

    /** When {@link #onDeadline} is due, monotonic. */
    long deadlineNanos();

    /** Whether the deadline still matters; false once the call was answered without a reply. */
    boolean expires();

    /** Answers the call; it stays until its reply comes, because that gives back its admission. */
    void onDeadline();
  }
}
