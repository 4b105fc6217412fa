package io.millrace.server;

import io.millrace.bus.Peers;
import io.millrace.cluster.RouteTable;

/** The other nodes as the bus knows them: by the cluster's routes. */
record RoutedPeers(RouteTable routes) implements Peers {
  @Override
  public String selfKey() {
    return routes.selfKey();
  }

  @Override
  public boolean hasRoute(String key) {
    return routes.hasRoute(key);
  }
}
