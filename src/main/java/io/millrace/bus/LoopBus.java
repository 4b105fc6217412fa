package io.millrace.bus;

import io.millrace.model.TimeSource;
import io.netty.util.collection.LongObjectHashMap;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.internal.ContextInternal;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * One event loop's end of the bus: its one reply address, the calls that wait for replies, and the
 * one alarm that looks at their deadlines. Both clients of a loop stand on it.
 *
 * <p>Threading: belongs to the event loop that opened it.
 */
public final class LoopBus implements AutoCloseable {
  /** The correlation id of news that nobody asked for. */
  public static final long UNASKED = 0;

  private final ContextInternal context;
  private final TypedBus bus;
  private final TimeSource time;
  private final BusLimits limits;
  private final Address<LoopMail> address;
  private final TypedBus.Registration registration;
  private final Optional<Address<LoopMail>> nodeAddress;
  private final Optional<TypedBus.Registration> nodeRegistration;
  private final LongObjectHashMap<Pending> pending = new LongObjectHashMap<>();
  private final List<Consumer<MetadataReply.ImageChanged>> imageListeners = new ArrayList<>();
  private final Alarm alarm;
  private long nextId = UNASKED + 1;
  private boolean closed;

  private LoopBus(Vertx vertx, TypedBus bus, TimeSource time, BusLimits limits) {
    this.context = (ContextInternal) vertx.getOrCreateContext();
    this.bus = bus;
    this.time = time;
    this.limits = limits;
    int number = bus.nextLoop();
    this.address = Addresses.loop(number);
    this.registration = bus.consume(address, this::onMail);
    this.nodeAddress = bus.selfKey().map(key -> Addresses.nodeLoop(key, number));
    this.nodeRegistration = nodeAddress.map(mine -> bus.consume(mine, this::onMail));
    bus.openLoop(address);
    this.alarm = new Alarm(vertx, time, limits.tickMs(), this::expire);
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
    context.setTimer(delayMs, promise::complete);
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
    lookAt(call.deadlineNanos());
    return id;
  }

  /** A call's deadline is now this; looks at it when it is over, or a tick later. */
  void lookAt(long deadlineNanos) {
    if (!closed) {
      alarm.by(deadlineNanos);
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
    List<Pending> due = new ArrayList<>();
    long leastLeftNanos = Long.MAX_VALUE;
    for (Pending call : pending.values()) {
      if (!call.expires()) {
        continue;
      }
      long leftNanos = call.deadlineNanos() - now;
      if (leftNanos <= 0) {
        due.add(call);
      } else {
        leastLeftNanos = Math.min(leastLeftNanos, leftNanos);
      }
    }
    if (leastLeftNanos != Long.MAX_VALUE) {
      lookAt(now + leastLeftNanos);
    }
    due.forEach(Pending::onDeadline);
  }

  /** Answers what is under way as if its deadline had passed; later mail is given back unread. */
  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    alarm.cancel();
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
