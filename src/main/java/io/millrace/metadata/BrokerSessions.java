package io.millrace.metadata;

import io.millrace.model.NodeId;
import io.millrace.model.image.BrokerImage;
import io.millrace.model.image.ClusterImage;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/**
 * Which brokers are there, as the controller hears: each answers for itself by heartbeats. A hint
 * that one is gone, or a heartbeat that is missed, has the controller probe it: refused twice, it
 * is gone now; silent, it may be slow, cut off or asleep and believe that it leads, and so has its
 * session to the end. A new controller has heard of nobody: it gives all a whole session, and
 * probes them at once.
 *
 * <p>Invariant: a broker that was answered at {@code t} is not found gone for silence before {@code
 * t + session}, since its lease counts from before {@code t}.
 *
 * <p>Threading: one thread; times are monotonic and given.
 */
public final class BrokerSessions {
  private static final int REFUSALS = 2;

  private final long sessionNanos;
  private final long overdueNanos;
  private final Map<NodeId, Session> sessions = new HashMap<>();
  private long changedNanos;

  /** One broker's life. */
  private static final class Session {
    BrokerImage life;
    long sinceVersion;
    long endsAtNanos;
    long probeAfterNanos;
    boolean suspected;
    boolean probing;
    int refusals;

    Session(BrokerImage life) {
      this.life = life;
    }
  }

  /**
   * What is to be done now.
   *
   * @param gone to be fenced
   * @param probe to be probed, each answered by {@link #onProbed}
   */
  public record Due(List<BrokerImage> gone, List<BrokerImage> probe) {}

  /**
   * Nobody's sessions yet.
   *
   * @param overdueMs a broker that is not heard of for so long is probed
   */
  public BrokerSessions(int sessionTimeoutMs, int overdueMs) {
    this.sessionNanos = sessionTimeoutMs * 1_000_000L;
    this.overdueNanos = overdueMs * 1_000_000L;
  }

  /** This node is the controller from here on. */
  public void onElected(ClusterImage image, long nowNanos) {
    sessions.clear();
    changedNanos = nowNanos;
    onImage(image, nowNanos);
    sessions.values().forEach(session -> session.suspected = true);
  }

  /** Sessions are those of the brokers that are not fenced, in the life that they are in. */
  public void onImage(ClusterImage image, long nowNanos) {
    if (sessions
        .keySet()
        .removeIf(node -> image.broker(node).map(BrokerImage::fenced).orElse(true))) {
      changedNanos = nowNanos;
    }
    for (BrokerImage broker : image.brokers()) {
      if (!broker.fenced()) {
        Session known = sessions.get(broker.id());
        if (known == null || known.life.incarnation() != broker.incarnation()) {
          Session begun = new Session(broker);
          begun.sinceVersion = image.version();
          sessions.put(broker.id(), begun);
          changedNanos = nowNanos;
          extend(begun, nowNanos);
        } else {
          known.life = broker;
        }
      }
    }
  }

  /**
   * The version of the image with which a broker's session began: one of a later version says what
   * the broker leads in it. Empty if the broker is fenced.
   */
  public OptionalLong sinceVersion(NodeId node) {
    Session session = sessions.get(node);
    return session == null ? OptionalLong.empty() : OptionalLong.of(session.sinceVersion);
  }

  /** When a session last began or ended, or this node was elected. */
  public long changedNanos() {
    return changedNanos;
  }

  /** A broker was heard of, and is answered. */
  public void onHeartbeat(NodeId node, long incarnation, long nowNanos) {
    Session session = sessions.get(node);
    if (session != null && session.life.incarnation() == incarnation) {
      extend(session, nowNanos);
    }
  }

  private void extend(Session session, long nowNanos) {
    session.endsAtNanos = nowNanos + sessionNanos;
    session.probeAfterNanos = nowNanos + overdueNanos;
    session.suspected = false;
    session.refusals = 0;
  }

  /** Something says that the broker may be gone. */
  public void onHint(NodeId node) {
    Session session = sessions.get(node);
    if (session != null) {
      session.suspected = true;
    }
  }

  /** A probe is done: its connection was refused, or anything else came of it. */
  public void onProbed(BrokerImage life, boolean refused, long nowNanos) {
    Session session = sessions.get(life.id());
    if (session == null || session.life.incarnation() != life.incarnation()) {
      return;
    }
    session.probing = false;
    session.refusals = refused ? session.refusals + 1 : 0;
    session.suspected = refused;
    session.probeAfterNanos = nowNanos + overdueNanos;
  }

  /** To be asked often, at least every heartbeat interval. */
  public Due due(long nowNanos) {
    List<BrokerImage> gone = new ArrayList<>();
    List<BrokerImage> probe = new ArrayList<>();
    for (Session session : sessions.values()) {
      if (session.refusals >= REFUSALS || session.endsAtNanos - nowNanos <= 0) {
        gone.add(session.life);
      } else if (!session.probing
          && (session.suspected || session.probeAfterNanos - nowNanos <= 0)) {
        session.probing = true;
        probe.add(session.life);
      }
    }
    return new Due(gone, probe);
  }
}
