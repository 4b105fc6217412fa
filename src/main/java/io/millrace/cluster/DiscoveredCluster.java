package io.millrace.cluster;

import com.hazelcast.cluster.Address;
import com.hazelcast.cluster.Member;
import com.hazelcast.cluster.MembershipAdapter;
import com.hazelcast.cluster.MembershipEvent;
import com.hazelcast.core.HazelcastInstance;
import io.vertx.core.Completable;
import io.vertx.core.Vertx;
import io.vertx.core.VertxException;
import io.vertx.core.shareddata.AsyncMap;
import io.vertx.core.shareddata.Counter;
import io.vertx.core.shareddata.Lock;
import io.vertx.core.spi.cluster.ClusterManager;
import io.vertx.core.spi.cluster.NodeInfo;
import io.vertx.core.spi.cluster.NodeListener;
import io.vertx.core.spi.cluster.RegistrationInfo;
import io.vertx.core.spi.cluster.RegistrationListener;
import io.vertx.core.spi.cluster.RegistrationUpdateEvent;
import io.vertx.spi.cluster.hazelcast.HazelcastClusterManager;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Vert.x's cluster manager: Hazelcast finds the members, and a {@link RouteTable} of this node's
 * own says where {@code node.<key>.*} is. Such an address is never registered with Hazelcast or
 * looked up there, since its maps are wiped and filled anew around a partition of the network, and
 * are read by calls that block. So the nodes go on talking when discovery fails.
 *
 * <p>Threading: any thread, as Vert.x calls it.
 */
public final class DiscoveredCluster implements ClusterManager {
  private static final Logger LOG = LoggerFactory.getLogger(DiscoveredCluster.class);
  private static final String NODE_PREFIX = "node.";
  private static final String ROUTE_PREFIX = "route/";
  private static final Set<String> CONTROL =
      Set.of("raft", "metadata.fetch", "controller", "hello");

  private final HazelcastClusterManager hazelcast;
  private final RouteTable routes;
  private final Consumer<PeerHint> hints;
  private final Map<String, Set<String>> lookedUp = new ConcurrentHashMap<>();
  private @Nullable RegistrationListener registrations;

  /**
   * @param hints hears of members that have gone
   */
  public DiscoveredCluster(
      ClusterConfig config, MemberAttributes self, RouteTable routes, Consumer<PeerHint> hints) {
    this.hazelcast = new HazelcastClusterManager(HazelcastSetup.of(config, self));
    this.routes = routes;
    this.hints = hints;
    routes.onChange(this::onRoute);
  }

  /** For tests of what happens without it. */
  HazelcastInstance discovery() {
    return hazelcast.getHazelcastInstance();
  }

  @Override
  public void join(Completable<Void> promise) {
    hazelcast.join(
        (joined, failure) -> {
          if (failure != null) {
            promise.fail(failure);
            return;
          }
          discovery().getCluster().addMembershipListener(new Members());
          discovery().getCluster().getMembers().forEach(this::onMember);
          promise.succeed();
        });
  }

  private void onMember(Member member) {
    if (!member.localMember()) {
      MemberAttributes.read(member.getAttributes()).ifPresent(routes::member);
    }
  }

  /** What the member says that is found there. */
  Optional<MemberAttributes> memberAt(HostPort discovery) {
    for (Member member : discovery().getCluster().getMembers()) {
      if (isAt(member, discovery)) {
        return MemberAttributes.read(member.getAttributes());
      }
    }
    return Optional.empty();
  }

  private static boolean isAt(Member member, HostPort discovery) {
    Address address = member.getAddress();
    try {
      return discovery.isAt(address.getInetAddress(), address.getPort());
    } catch (UnknownHostException e) {
      return false; // A member whose name does not resolve is nowhere.
    }
  }

  private void onDeparture(Member member) {
    MemberAttributes.read(member.getAttributes())
        .ifPresent(
            gone ->
                hints.accept(
                    new PeerHint(
                        gone.nodeId().map(Object::toString).orElse("d-" + gone.directoryId()),
                        PeerHint.Kind.DEPARTED)));
  }

  /** A key's route is another one: whoever sends to one of its addresses goes there from now on. */
  private void onRoute(String key) {
    RegistrationListener listener = registrations;
    Set<String> addresses = lookedUp.get(key);
    if (listener == null || addresses == null) {
      return;
    }
    for (String address : addresses) {
      routes
          .find(key)
          .ifPresent(
              route ->
                  listener.registrationsUpdated(
                      new RegistrationUpdateEvent(address, List.of(at(route, address)))));
    }
  }

  private static boolean isNode(String address) {
    return address.startsWith(NODE_PREFIX);
  }

  private static String key(String address) {
    int end = address.indexOf('.', NODE_PREFIX.length());
    return address.substring(NODE_PREFIX.length(), end < 0 ? address.length() : end);
  }

  /** What keeps the cluster together has a connection of its own, so as not to wait for records. */
  private static RegistrationInfo at(Route route, String address) {
    String service = address.substring(NODE_PREFIX.length() + key(address).length() + 1);
    String lane = CONTROL.contains(service) ? "control" : "records";
    return new RegistrationInfo(
        ROUTE_PREFIX + route.key() + '/' + route.number() + '/' + lane, 0, false);
  }

  @Override
  public void getRegistrations(String address, Completable<List<RegistrationInfo>> promise) {
    if (!isNode(address)) {
      hazelcast.getRegistrations(address, promise);
      return;
    }
    String key = key(address);
    if (routes.isSelf(key)) {
      promise.succeed(List.of(new RegistrationInfo(getNodeId(), 0, false)));
      return;
    }
    // Before the look at the table, so that a change in between is told.
    lookedUp.computeIfAbsent(key, k -> ConcurrentHashMap.newKeySet()).add(address);
    Optional<Route> route = routes.find(key);
    if (route.isPresent()) {
      promise.succeed(List.of(at(route.get(), address)));
    } else {
      promise.fail(new VertxException("it is not known where node " + key + " is", true));
    }
  }

  @Override
  public void getNodeInfo(String nodeId, Completable<NodeInfo> promise) {
    if (!nodeId.startsWith(ROUTE_PREFIX)) {
      hazelcast.getNodeInfo(nodeId, promise);
      return;
    }
    String key = nodeId.split("/", -1)[1];
    Optional<Route> route = routes.find(key);
    if (route.isPresent()) {
      HostPort bus = route.get().bus();
      promise.succeed(new NodeInfo(bus.host(), bus.port(), null));
    } else {
      promise.fail(new VertxException("it is not known where node " + key + " is", true));
    }
  }

  @Override
  public void addRegistration(
      String address, RegistrationInfo registration, Completable<Void> promise) {
    if (isNode(address) || registration.localOnly()) {
      promise.succeed();
    } else {
      hazelcast.addRegistration(address, registration, promise);
    }
  }

  @Override
  public void removeRegistration(
      String address, RegistrationInfo registration, Completable<Void> promise) {
    if (isNode(address) || registration.localOnly()) {
      promise.succeed();
    } else {
      hazelcast.removeRegistration(address, registration, promise);
    }
  }

  @Override
  public void init(Vertx vertx) {
    hazelcast.init(vertx);
  }

  @Override
  public void registrationListener(RegistrationListener listener) {
    registrations = listener;
    hazelcast.registrationListener(listener);
  }

  @Override
  public void nodeListener(NodeListener listener) {
    hazelcast.nodeListener(listener);
  }

  @Override
  public void setNodeInfo(NodeInfo nodeInfo, Completable<Void> promise) {
    // Nobody looks for a node there, so a map that is being moved holds up no start.
    hazelcast.setNodeInfo(
        nodeInfo,
        (put, failure) -> {
          if (failure != null) {
            LOG.debug("discovery did not take this node's address", failure);
          }
        });
    promise.succeed();
  }

  @Override
  public NodeInfo getNodeInfo() {
    return hazelcast.getNodeInfo();
  }

  @Override
  public String getNodeId() {
    return hazelcast.getNodeId();
  }

  @Override
  public List<String> getNodes() {
    return hazelcast.getNodes();
  }

  @Override
  public void leave(Completable<Void> promise) {
    // It may have stopped by itself long ago; the node stops all the same.
    hazelcast.leave(
        (left, failure) -> {
          if (failure != null) {
            LOG.debug("discovery was not left cleanly", failure);
          }
          promise.succeed();
        });
  }

  @Override
  public boolean isActive() {
    return hazelcast.isActive();
  }

  @Override
  public <K, V> void getAsyncMap(String name, Completable<AsyncMap<K, V>> promise) {
    hazelcast.getAsyncMap(name, promise);
  }

  @Override
  public <K, V> Map<K, V> getSyncMap(String name) {
    return hazelcast.getSyncMap(name);
  }

  @Override
  public void getLockWithTimeout(String name, long timeout, Completable<Lock> promise) {
    hazelcast.getLockWithTimeout(name, timeout, promise);
  }

  @Override
  public void getCounter(String name, Completable<Counter> promise) {
    hazelcast.getCounter(name, promise);
  }

  private final class Members extends MembershipAdapter {
    @Override
    public void memberAdded(MembershipEvent event) {
      onMember(event.getMember());
    }

    @Override
    public void memberRemoved(MembershipEvent event) {
      onDeparture(event.getMember());
    }
  }
}
