package io.millrace.bus;

import io.millrace.model.Metrics;
import io.millrace.model.StreamException;
import io.millrace.model.TimeSource;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.MessageConsumer;
import io.vertx.core.eventbus.MessageProducer;
import io.vertx.core.tracing.TracingPolicy;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The node's event bus, typed: messages go to an {@link Address}, with the one codec. One per
 * Vert.x instance.
 *
 * <p>Threading: any thread; a consumer is called on the context that registered it.
 */
public final class TypedBus {
  private static final Logger LOG = LoggerFactory.getLogger(TypedBus.class);

  private final Vertx vertx;
  private final BusCodec codec;
  private final @Nullable PeerLinks links;
  private final Set<String> consumed = ConcurrentHashMap.newKeySet();
  private final Set<Address<LoopMail>> loops = ConcurrentHashMap.newKeySet();
  private final AtomicInteger nextLoop = new AtomicInteger();

  /** The bus of a node that is alone. */
  public TypedBus(Vertx vertx) {
    this(vertx, (PeerLinks) null);
  }

  /**
   * The bus of a node of a cluster; its Vert.x instance is clustered.
   *
   * @param peerInFlightBytes what may be under way to one other node and not yet written
   */
  public TypedBus(Vertx vertx, Peers peers, long peerInFlightBytes) {
    this(vertx, peers, peerInFlightBytes, Metrics.NONE);
  }

  /** As the other, and measured. */
  public TypedBus(Vertx vertx, Peers peers, long peerInFlightBytes, Metrics metrics) {
    this(vertx, new PeerLinks(peers, peerInFlightBytes, new BusMeters(metrics), TimeSource.SYSTEM));
  }

  private TypedBus(Vertx vertx, @Nullable PeerLinks links) {
    this.vertx = vertx;
    this.links = links;
    this.codec = new BusCodec(TimeSource.SYSTEM);
    vertx.eventBus().registerCodec(codec);
  }

  /** What is measured of the bus between nodes. */
  public BusMeters meters() {
    PeerLinks known = links;
    return known == null ? BusMeters.NONE : known.meters();
  }

  /** This node's key, empty if it is alone. */
  public Optional<String> selfKey() {
    return Optional.ofNullable(links).map(known -> known.peers().selfKey());
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
    MessageConsumer<Object> registered;
    if (address.scope() == Scope.LOCAL) {
      registered = vertx.eventBus().localConsumer(address.value());
      registered.handler(message -> consumer.accept(address.messageType().cast(message.body())));
    } else {
      registered = vertx.eventBus().consumer(address.value());
      registered.handler(message -> fromPeer(address, message, consumer));
    }
    return () -> {
      registered.unregister();
      consumed.remove(address.value());
    };
  }

  /** What another node sent that cannot be read is dropped: at-most-once covers that. */
  private <M extends BusMessage> void fromPeer(
      Address<M> address, Message<Object> message, Consumer<M> consumer) {
    M body;
    try {
      body = address.messageType().cast(message.body());
    } catch (StreamException | ClassCastException e) {
      meters().onUnreadable();
      LOG.warn("a message for {} is dropped: {}", address, e.getMessage());
      return;
    }
    consumer.accept(body);
  }

  /** A sender to this address; made once and kept. */
  public <M extends BusMessage> Sender<M> sender(Address<M> address) {
    DeliveryOptions options =
        new DeliveryOptions()
            .setCodecName(codec.name())
            .setLocalOnly(address.scope() == Scope.LOCAL)
            .setTracingPolicy(TracingPolicy.IGNORE);
    MessageProducer<Object> producer = vertx.eventBus().sender(address.value(), options);
    if (address.scope() == Scope.LOCAL) {
      return new LocalSender<>(producer);
    }
    String key = Addresses.nodeKey(address.value());
    PeerLinks known = links;
    if (known == null || key.isEmpty()) {
      return (message, whenLost) -> false; // Alone, or an address that no node has.
    }
    return new PeerSender<>(key, known, producer);
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
