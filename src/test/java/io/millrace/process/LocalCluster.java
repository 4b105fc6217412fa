package io.millrace.process;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Nodes of one cluster, each a process of its own, numbered from 1. */
final class LocalCluster implements AutoCloseable {
  private record Ports(int tcp, int http, int kafka, int discovery, int bus) {}

  private final Path folder;
  private final Map<Integer, Ports> ports = new TreeMap<>();
  private final Map<Integer, BrokerProcess> nodes = new TreeMap<>();

  private LocalCluster(Path folder) {
    this.folder = folder;
  }

  /** Starts so many nodes and waits until all are ready. */
  static LocalCluster start(Path folder, int size) throws IOException, InterruptedException {
    LocalCluster cluster = new LocalCluster(folder);
    for (int node = 1; node <= size; node++) {
      cluster.ports.put(node, freePorts());
    }
    // None is ready before it has heard from the others.
    for (int node = 1; node <= size; node++) {
      cluster.launch(node);
    }
    for (BrokerProcess node : cluster.nodes.values()) {
      node.awaitReady();
    }
    return cluster;
  }

  private void launch(int node) throws IOException {
    Ports own = ports.get(node);
    nodes.put(
        node,
        BrokerProcess.launch(
            folder.resolve("node-" + node),
            "node.id=" + node,
            "tcp.port=" + own.tcp(),
            "http.port=" + own.http(),
            "kafka.port=" + own.kafka(),
            "cluster.seeds=" + addresses(Ports::discovery),
            "cluster.port=" + own.discovery(),
            "cluster.bus.port=" + own.bus()));
  }

  private static Ports freePorts() throws IOException {
    List<ServerSocket> sockets = new ArrayList<>();
    try {
      for (int i = 0; i < 5; i++) {
        sockets.add(new ServerSocket(0, 1, InetAddress.getLoopbackAddress()));
      }
      int[] free = sockets.stream().mapToInt(ServerSocket::getLocalPort).toArray();
      return new Ports(free[0], free[1], free[2], free[3], free[4]);
    } finally {
      for (ServerSocket socket : sockets) {
        socket.close();
      }
    }
  }

  private String addresses(java.util.function.ToIntFunction<Ports> port) {
    return ports.values().stream()
        .map(each -> "127.0.0.1:" + port.applyAsInt(each))
        .collect(Collectors.joining(","));
  }

  String tcpAddresses() {
    return addresses(Ports::tcp);
  }

  String kafkaAddresses() {
    return addresses(Ports::kafka);
  }

  int httpPort(int node) {
    return ports.get(node).http();
  }

  /** SIGKILL. */
  void kill(int node) throws InterruptedException {
    nodes.get(node).kill();
  }

  /** Starts a node again that has ended, and waits until it is ready. */
  void restart(int node) throws IOException, InterruptedException {
    launch(node);
    nodes.get(node).awaitReady();
  }

  @Override
  public void close() {
    nodes.values().forEach(BrokerProcess::close);
  }
}
