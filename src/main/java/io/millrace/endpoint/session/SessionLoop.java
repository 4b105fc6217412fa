package io.millrace.endpoint.session;

import io.millrace.bus.GroupClient;
import io.millrace.bus.MetadataClient;
import io.millrace.bus.PartitionClient;
import io.millrace.model.PartitionId;
import io.millrace.model.TimeSource;
import io.millrace.model.image.ClusterImage;
import io.millrace.model.image.PartitionImage;
import io.millrace.protocol.stream.DecodeLimits;
import io.millrace.protocol.stream.MessageCodec;
import io.millrace.protocol.stream.WireFormat;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All the stream sessions of one endpoint on one event loop, and what they share: the codec, the
 * readers of partitions that many subscribers follow, the batches of plain records, and one tick
 * for all their deadlines.
 *
 * <p>Threading: made, used and closed on one event loop. Whoever makes it calls {@link #tick} about
 * every {@link #TICK_MS}.
 */
public final class SessionLoop implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(SessionLoop.class);
  public static final int TICK_MS = 100;

  /** Larger scratch memory is not kept. */
  private static final int KEPT_SCRATCH_BYTES = 1 << 20;

  /** As reliability.md bounds it; a batch that unpacks to more is not shown as JSON. */
  static final long DECOMPRESSION_BUDGET_BYTES = 64L << 20;

  private final SessionServices services;
  private final SessionLimits limits;
  private final MessageCodec codec = new MessageCodec(DecodeLimits.DEFAULT);
  private final Handlers handlers = new Handlers();
  private final LoopTimers timers = new LoopTimers();
  private final Tailers tailers = new Tailers(this);
  private final EndpointProducers producers = new EndpointProducers(this);
  private final Set<StreamSession> sessions = new LinkedHashSet<>();
  private final CutOff cutOff;
  private final MetadataClient.Subscription imageSubscription;
  private byte[] scratch = {};

  public SessionLoop(SessionServices services) {
    this.services = services;
    this.limits = SessionLimits.of(services.settings());
    this.cutOff = new CutOff(services.lease());
    this.imageSubscription = services.metadata().onImage(this::onImage);
  }

  /**
   * Begins a session on a new connection.
   *
   * @param peer the client's address, for logs
   */
  public StreamSession open(SessionTransport transport, WireFormat format, String peer) {
    StreamSession session = new StreamSession(this, transport, format, peer);
    sessions.add(session);
    return session;
  }

  /**
   * Does what is due: deadlines, pings, retries. When the node is cut off from its cluster, the
   * clients are sent to others: once, so that one that knows of no other node is served as far as
   * that is possible.
   */
  public void tick() {
    long now = nowNanos();
    timers.tick(now);
    if (cutOff.isNoticed(now) && !sessions.isEmpty()) {
      sendAway();
    }
    for (StreamSession session : List.copyOf(sessions)) {
      session.sweep(now);
    }
  }

  private void sendAway() {
    LOG.warn("this node does not reach its cluster: {} clients are sent away", sessions.size());
    for (StreamSession session : List.copyOf(sessions)) {
      session.sendAway("this node does not reach its cluster: connect to another");
    }
  }

  /**
   * Tells all clients that the server stops, refuses new requests, and closes each connection as
   * soon as what it asked for is answered.
   */
  public void goaway(String cause) {
    for (StreamSession session : List.copyOf(sessions)) {
      session.goaway(cause);
    }
  }

  /** Sessions whose connections are open. */
  public int openSessions() {
    return sessions.size();
  }

  private void onImage(ClusterImage image) {
    for (StreamSession session : List.copyOf(sessions)) {
      session.onImage(image);
    }
  }

  void remove(StreamSession session) {
    sessions.remove(session);
  }

  SessionServices services() {
    return services;
  }

  SessionLimits limits() {
    return limits;
  }

  MessageCodec codec() {
    return codec;
  }

  Handlers handlers() {
    return handlers;
  }

  LoopTimers timers() {
    return timers;
  }

  Tailers tailers() {
    return tailers;
  }

  EndpointProducers producers() {
    return producers;
  }

  PartitionClient partitions() {
    return services.partitions();
  }

  GroupClient groups() {
    return services.groups();
  }

  MetadataClient metadata() {
    return services.metadata();
  }

  ClusterImage image() {
    return services.metadata().image();
  }

  /** The epoch of a partition's leader as this node knows it, -1 if it knows of none. */
  int leaderEpoch(PartitionId partition) {
    return image().partition(partition).map(PartitionImage::leaderEpoch).orElse(-1);
  }

  TimeSource time() {
    return services.time();
  }

  long nowNanos() {
    return services.time().monotonicNanos();
  }

  /** A monotonic time so many milliseconds from now. */
  long inMs(long delayMs) {
    return nowNanos() + TimeUnit.MILLISECONDS.toNanos(delayMs);
  }

  /** Heap memory to be used until the next call. */
  byte[] scratch(int sizeBytes) {
    if (sizeBytes > KEPT_SCRATCH_BYTES) {
      return new byte[sizeBytes];
    }
    if (scratch.length < sizeBytes) {
      scratch = new byte[Math.min(KEPT_SCRATCH_BYTES, Math.max(sizeBytes, 2 * scratch.length))];
    }
    return scratch;
  }

  /** Closes every session and answers what waits in batches. */
  @Override
  public void close() {
    imageSubscription.close();
    for (StreamSession session : new ArrayList<>(sessions)) {
      session.close(CloseCode.GOING_AWAY, "the server stops");
    }
    producers.close();
    tailers.close();
  }
}
