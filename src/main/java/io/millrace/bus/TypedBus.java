package io.millrace.bus;

import io.millrace.model.TimeSource;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.MessageConsumer;
import io.vertx.core.tracing.TracingPolicy;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * The node's event bus, typed: messages go to an {@link Address}, with the one codec. One per
 * Vert.x instance.
 *
 * <p>Threading: any thread; a consumer is called on the context that registered it.
 */
public final class TypedBus {
  private final Vertx vertx;
  private final BusCodec codec;
  private final Set<String> consumed = ConcurrentHashMap.newKeySet();
  private final Set<Address<LoopMail>> loops = ConcurrentHashMap.newKeySet();
  private final AtomicInteger nextLoop = new AtomicInteger();

  /** Registers the codec with this Vert.x instance. */
  public TypedBus(Vertx vertx) {
    this.vertx = vertx;
    this.codec = new BusCodec(TimeSource.SYSTEM);
    vertx.eventBus().registerCodec(codec);
  }

  /**
   * Calls back with each message for this address, on the calling context.
   *
   * @throws IllegalStateException if the address has a consumer already
   */
  public <M extends BusMessage> Registration consume(Address<M> address, Consumer<M> consumer) {
    if (!consumed.add(address.value())) {
      throw new IllegalStateException("address " + address + " has a consumer already");
    }
    MessageConsumer<Object> registered =
        address.scope() == Scope.LOCAL
            ? vertx.eventBus().localConsumer(address.value())
            : vertx.eventBus().consumer(address.value());
    registered.handler(message -> consumer.accept(address.messageType().cast(message.body())));
    return () -> {
      registered.unregister();
      consumed.remove(address.value());
    };
  }

  /** A sender to this address; made once and kept. */
  public <M extends BusMessage> Sender<M> sender(Address<M> address) {
    DeliveryOptions options =
        new DeliveryOptions()
            .setCodecName(codec.name())
            .setLocalOnly(address.scope() == Scope.LOCAL)
            .setTracingPolicy(TracingPolicy.IGNORE);
    return new Sender<>(vertx.eventBus().sender(address.value(), options));
  }

  /** The addresses that have a consumer now. */
  public Set<String> consumedAddresses() {
    return Set.copyOf(consumed);
  }

  /** The loops that are open now: who wants to hear of every image. */
  public Set<Address<LoopMail>> loops() {
    return Set.copyOf(loops);
  }

  /** A number that no other loop of this node has. */
  int nextLoop() {
    return nextLoop.getAndIncrement();
  }

  void openLoop(Address<LoopMail> address) {
    loops.add(address);
  }

  void closeLoop(Address<LoopMail> address) {
    loops.remove(address);
  }

  /** Ends a consumer. */
  public interface Registration extends AutoCloseable {
    @Override
    void close();
  }
}
