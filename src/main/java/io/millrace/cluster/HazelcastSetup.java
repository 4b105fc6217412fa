package io.millrace.cluster;

import com.hazelcast.config.AdvancedNetworkConfig;
import com.hazelcast.config.Config;
import com.hazelcast.config.JavaSerializationFilterConfig;
import com.hazelcast.config.JoinConfig;
import com.hazelcast.config.SerializationConfig;
import com.hazelcast.config.ServerSocketEndpointConfig;
import java.util.Map;

/**
 * Hazelcast as this server uses it: nodes find each other by the seeds that they are given, and by
 * nothing else; no other protocol is spoken on its port; it loads no class that a peer names.
 */
final class HazelcastSetup {
  private static final Map<String, String> PROPERTIES =
      Map.ofEntries(
          Map.entry("hazelcast.phone.home.enabled", "false"),
          Map.entry("hazelcast.logging.type", "slf4j"),
          Map.entry("hazelcast.shutdownhook.enabled", "false"),
          Map.entry("hazelcast.socket.bind.any", "false"),
          Map.entry("hazelcast.socket.server.bind.any", "false"),
          Map.entry("hazelcast.socket.client.bind.any", "false"),
          Map.entry("hazelcast.jmx", "false"),
          Map.entry("hazelcast.prefer.ipv4.stack", "false"),
          Map.entry("hazelcast.heartbeat.interval.seconds", "1"),
          Map.entry("hazelcast.max.no.heartbeat.seconds", "8"),
          Map.entry("hazelcast.merge.first.run.delay.seconds", "5"),
          Map.entry("hazelcast.merge.next.run.delay.seconds", "5"),
          Map.entry("hazelcast.partial.member.disconnection.resolution.heartbeat.count", "3"),
          Map.entry("hazelcast.wait.seconds.before.join", "0"),
          Map.entry("hazelcast.max.wait.seconds.before.join", "1"),
          Map.entry("hazelcast.max.join.seconds", "30"),
          Map.entry("hazelcast.initial.min.cluster.size", "1"),
          Map.entry("hazelcast.graceful.shutdown.max.wait", "2"),
          Map.entry("hazelcast.operation.call.timeout.millis", "5000"),
          Map.entry("hazelcast.diagnostics.enabled", "false"),
          Map.entry("hazelcast.partition.count", "11"),
          Map.entry("hazelcast.operation.thread.count", "2"),
          Map.entry("hazelcast.operation.generic.thread.count", "2"),
          Map.entry("hazelcast.event.thread.count", "1"),
          Map.entry("hazelcast.io.thread.count", "1"));

  private HazelcastSetup() {}

  /**
   * All members of one Hazelcast cluster bear this name; who is of which cluster is asked later.
   */
  static Config of(ClusterConfig cluster, MemberAttributes self) {
    // What it logs before it has read its configuration.
    System.setProperty("hazelcast.logging.type", "slf4j");
    Config config = new Config();
    config.setClusterName("millrace");
    PROPERTIES.forEach(config::setProperty);
    self.toMap()
        .forEach((name, value) -> config.getMemberAttributeConfig().setAttribute(name, value));
    config.getJetConfig().setEnabled(false);
    config.getMetricsConfig().setEnabled(false);
    config.getManagementCenterConfig().setScriptingEnabled(false).setConsoleEnabled(false);
    network(config.getAdvancedNetworkConfig(), cluster);
    config.setSerializationConfig(serialization());
    return config;
  }

  /** One port, which speaks the members' protocol: no clients, no REST, no memcache. */
  private static void network(AdvancedNetworkConfig network, ClusterConfig cluster) {
    HostPort own = cluster.discovery();
    ServerSocketEndpointConfig members = new ServerSocketEndpointConfig();
    members.setPort(own.port()).setPortAutoIncrement(false).setReuseAddress(true);
    members.setPublicAddress(own.toString());
    members.getInterfaces().setEnabled(true).addInterface(address(own.host()));
    network.setEnabled(true).setMemberEndpointConfig(members);
    JoinConfig join = network.getJoin();
    join.getMulticastConfig().setEnabled(false);
    join.getAutoDetectionConfig().setEnabled(false);
    join.getTcpIpConfig().setEnabled(true).addMember(own.toString());
    cluster.seeds().forEach(seed -> join.getTcpIpConfig().addMember(seed.toString()));
  }

  private static String address(String host) {
    try {
      return java.net.InetAddress.getByName(host).getHostAddress();
    } catch (java.net.UnknownHostException e) {
      throw new IllegalStateException(host + " resolved before and does not now", e);
    }
  }

  /** What members send each other with Java's own serialization: failures, and Vert.x's maps. */
  private static SerializationConfig serialization() {
    JavaSerializationFilterConfig filter = new JavaSerializationFilterConfig();
    filter.setDefaultsDisabled(true);
    filter
        .getWhitelist()
        .addPrefixes("com.hazelcast.", "java.lang.", "java.util.", "java.io.", "[")
        .addPrefixes("io.vertx.spi.cluster.hazelcast.impl.");
    return new SerializationConfig()
        .setJavaSerializationFilterConfig(filter)
        .setAllowUnsafe(false)
        .setAllowOverrideDefaultSerializers(false);
  }
}
