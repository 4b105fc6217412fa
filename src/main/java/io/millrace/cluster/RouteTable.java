package io.millrace.cluster;

import io.millrace.model.NodeId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where every node's bus is, as this node knows it: from what members say of themselves, and from
 * what the cluster's metadata says once they have registered. A node that leaves keeps its route;
 * only a later life of it replaces it.
 *
 * <pre>
 *   a member's (directory, starts):       replaces if starts grew; for a node id only if no other
 *                                         directory is registered, or was seen first, under it
 *   a registration (node id, incarnation): replaces if the incarnation grew
 * </pre>
 *
 * <p>Threading: any thread. The listener is called by the thread that brought the news.
 */
public final class RouteTable {
  private static final Logger LOG = LoggerFactory.getLogger(RouteTable.class);
  private static final long NEVER = Long.MIN_VALUE;
  private static final Pattern NODE_ID = Pattern.compile("\\d{1,9}");

  private final Map<String, Entry> entries = new HashMap<>();
  private final Set<String> selfKeys = new LinkedHashSet<>();
  private volatile Consumer<String> listener = key -> {};
  private long nextNumber = 1;

  /** This node's own key; messages to it stay within the process. The last one given is current. */
  public synchronized void addSelf(String key) {
    selfKeys.remove(key);
    selfKeys.add(key);
  }

  /** A further key of this node, that others may not know yet; what it is called stays. */
  public synchronized void addAlias(String key) {
    if (!selfKeys.contains(key)) {
      String current = selfKey();
      addSelf(key);
      addSelf(current);
    }
  }

  /** What this node is called by the others now. */
  public synchronized String selfKey() {
    String last = "";
    for (String key : selfKeys) {
      last = key;
    }
    return last;
  }

  public synchronized boolean isSelf(String key) {
    return selfKeys.contains(key);
  }

  /** Hears of each key whose route is another one now. */
  void onChange(Consumer<String> newListener) {
    listener = newListener;
  }

  public synchronized Optional<Route> find(String key) {
    return Optional.ofNullable(entries.get(key)).map(entry -> entry.route);
  }

  /** Whether messages for the node can be sent anywhere. */
  public synchronized boolean hasRoute(String key) {
    return selfKeys.contains(key) || entries.containsKey(key);
  }

  /** The other nodes with an id that messages can be sent to. */
  public Set<NodeId> nodes() {
    Set<NodeId> nodes = new LinkedHashSet<>();
    for (Route route : all()) {
      if (NODE_ID.matcher(route.key()).matches()) {
        nodes.add(new NodeId(Integer.parseInt(route.key())));
      }
    }
    return nodes;
  }

  /** The keys of the nodes that are reached at such a place. */
  Set<String> keysAt(Predicate<HostPort> place) {
    Set<String> keys = new LinkedHashSet<>();
    for (Route route : all()) {
      if (place.test(route.bus())) {
        keys.add(route.key());
      }
    }
    return keys;
  }

  private synchronized List<Route> all() {
    List<Route> all = new ArrayList<>();
    for (Entry entry : entries.values()) {
      if (entry.route != null) {
        all.add(entry.route);
      }
    }
    return all;
  }

  /** A member was discovered. */
  public void member(MemberAttributes member) {
    memberFor("d-" + member.directoryId(), member);
    member.nodeId().ifPresent(id -> memberFor(id.toString(), member));
  }

  private void memberFor(String key, MemberAttributes member) {
    boolean changed;
    synchronized (this) {
      if (selfKeys.contains(key)) {
        return;
      }
      Entry entry = entries.computeIfAbsent(key, k -> new Entry());
      if (entry.directoryId != null && !entry.directoryId.equals(member.directoryId())) {
        LOG.warn(
            "two nodes call themselves {}: data directory {} at {} is not listened to, {} is",
            key,
            member.directoryId(),
            member.bus(),
            entry.directoryId);
        return;
      }
      if (member.starts() <= entry.starts) {
        return;
      }
      boolean first = entry.starts == NEVER;
      entry.directoryId = member.directoryId();
      entry.starts = member.starts();
      changed = reached(key, entry, member.bus(), !first);
      entry.knownBeforeItRegistered = true;
    }
    tell(changed, key);
  }

  /**
   * The metadata says that a node has registered.
   *
   * @param incarnation grows with each registration of the node
   */
  public void registered(NodeId node, String directoryId, long incarnation, HostPort bus) {
    String key = node.toString();
    boolean changed;
    synchronized (this) {
      if (selfKeys.contains(key)) {
        return;
      }
      Entry entry = entries.computeIfAbsent(key, k -> new Entry());
      if (incarnation <= entry.incarnation) {
        return;
      }
      boolean anotherDirectory =
          entry.directoryId != null && !entry.directoryId.equals(directoryId);
      boolean later = anotherDirectory || !entry.knownBeforeItRegistered;
      if (anotherDirectory) {
        entry.starts = NEVER;
      }
      entry.knownBeforeItRegistered = false;
      entry.directoryId = directoryId;
      entry.incarnation = incarnation;
      changed = reached(key, entry, bus, later);
    }
    tell(changed, key);
  }

  /** A first word of where a node is changes nothing if it says what another source said. */
  private boolean reached(String key, Entry entry, HostPort bus, boolean laterLife) {
    Route route = entry.route;
    if (route != null && route.bus().equals(bus) && !laterLife) {
      return false;
    }
    entry.route = new Route(key, bus, nextNumber++);
    return true;
  }

  private void tell(boolean changed, String key) {
    if (changed) {
      listener.accept(key);
    }
  }

  private static final class Entry {
    private @Nullable String directoryId;
    private long starts = NEVER;
    private long incarnation = NEVER;
    private boolean knownBeforeItRegistered;
    private @Nullable Route route;
  }
}
