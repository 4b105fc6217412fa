package io.millrace.endpoint;

import io.millrace.model.ErrorCode;
import io.millrace.model.StreamException;
import io.millrace.model.config.ListenerSettings;
import io.millrace.model.config.SettingValues;
import java.util.HashMap;
import java.util.Map;

/**
 * How many connections may be open on this node, in all and from one address; shared by all
 * listeners and event loops.
 *
 * <p>Invariant: {@code 0 <= open <= max.connections}, and per address no more than its limit.
 *
 * <p>Threading: thread-safe.
 */
public final class ConnectionLimits {
  private final int maxTotal;
  private final int maxPerAddress;
  private final Map<String, Integer> overrides = new HashMap<>();
  private final Map<String, Integer> openByAddress = new HashMap<>();
  private int open;

  /**
   * @throws StreamException INVALID_CONFIG if an override is not {@code address:number}
   */
  public ConnectionLimits(SettingValues settings) {
    this.maxTotal = settings.get(ListenerSettings.MAX_CONNECTIONS);
    this.maxPerAddress = settings.get(ListenerSettings.MAX_CONNECTIONS_PER_IP);
    settings.get(ListenerSettings.MAX_CONNECTIONS_PER_IP_OVERRIDES).forEach(this::override);
  }

  private void override(String text) {
    int colon = text.lastIndexOf(':');
    try {
      String address = normalized(text.substring(0, Math.max(colon, 0)));
      int limit = Integer.parseInt(text.substring(colon + 1));
      if (address.isEmpty() || limit < 1) {
        throw new NumberFormatException(text);
      }
      overrides.put(address, limit);
    } catch (NumberFormatException e) {
      throw new StreamException(
          ErrorCode.INVALID_CONFIG,
          ListenerSettings.MAX_CONNECTIONS_PER_IP_OVERRIDES
              + " has '"
              + text
              + "', expected address:number, for example 127.0.0.1:20000",
          e);
    }
  }

  /**
   * Counts a new connection in.
   *
   * @param address the peer's, numeric
   * @return what counts it out again, once
   * @throws StreamException LIMIT_EXCEEDED if there are too many
   */
  public synchronized Slot open(String address) {
    String peer = normalized(address);
    int limit = overrides.getOrDefault(peer, maxPerAddress);
    int mine = openByAddress.getOrDefault(peer, 0);
    if (open >= maxTotal) {
      throw refused("this server has " + open + " connections open", maxTotal, "max.connections");
    }
    if (mine >= limit) {
      throw refused(
          "your address has " + mine + " connections open", limit, "max.connections.per.ip");
    }
    open++;
    openByAddress.put(peer, mine + 1);
    return new Slot(peer);
  }

  private static StreamException refused(String what, int limit, String setting) {
    return new StreamException(
        ErrorCode.LIMIT_EXCEEDED,
        what + ", the limit is " + limit + " (" + setting + "); close some and try again");
  }

  /** Connections open now. */
  public synchronized int openNow() {
    return open;
  }

  private synchronized void close(String peer) {
    open--;
    openByAddress.computeIfPresent(peer, (address, count) -> count == 1 ? null : count - 1);
  }

  /** An IPv6 loopback has more than one spelling, and a scope says nothing about the peer. */
  private static String normalized(String address) {
    int scope = address.indexOf('%');
    String bare = scope < 0 ? address : address.substring(0, scope);
    return bare.equals("0:0:0:0:0:0:0:1") ? "::1" : bare;
  }

  /** One connection's place. */
  public final class Slot implements AutoCloseable {
    private final String peer;
    private boolean closed;

    private Slot(String peer) {
      this.peer = peer;
    }

    /** Gives the place back; more than once does nothing more. */
    @Override
    public void close() {
      synchronized (ConnectionLimits.this) {
        if (!closed) {
          closed = true;
          ConnectionLimits.this.close(peer);
        }
      }
    }
  }
}
