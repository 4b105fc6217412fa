package io.millrace.endpoint.kafka;

import io.millrace.bus.GroupClient;
import io.millrace.bus.MetadataClient;
import io.millrace.bus.PartitionClient;
import io.millrace.endpoint.FrameSocket;
import io.millrace.model.config.KafkaSettings;
import io.millrace.model.config.SettingValues;
import io.millrace.model.image.ClusterImage;
import io.millrace.protocol.kafka.RequestDecoder;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * All Kafka connections of one event loop, and what they share.
 *
 * <p>Threading: made and used on one event loop.
 */
final class KafkaLoop {
  private final KafkaServices services;
  private final Optional<ClientAddress> advertised;
  private final KafkaLimits limits;
  private final RequestDecoder decoder;
  private final PartitionClient partitions;
  private final MetadataClient metadata;
  private final Optional<GroupClient> groups;
  private final FetchSessions fetchSessions;
  private final Apis apis;
  private final Set<KafkaConnection> connections = new LinkedHashSet<>();

  KafkaLoop(KafkaServices services, Optional<ClientAddress> advertised) {
    this.services = services;
    this.advertised = advertised;
    this.limits = KafkaLimits.of(services.settings());
    this.decoder =
        new RequestDecoder(services.settings().get(KafkaSettings.KAFKA_REQUEST_MAX_FIELDS));
    this.partitions = services.partitions().get();
    this.metadata = services.metadata().get();
    this.groups = services.groups().map(Supplier::get);
    this.fetchSessions =
        new FetchSessions(
            services.fetchSessions(), () -> ThreadLocalRandom.current().nextInt(), this::nowNanos);
    this.apis = new Apis(this);
  }

  KafkaConnection open(FrameSocket socket, String peer, ClientAddress connectedTo) {
    KafkaConnection connection =
        new KafkaConnection(this, socket, peer, advertised.orElse(connectedTo));
    connections.add(connection);
    return connection;
  }

  void remove(KafkaConnection connection) {
    connections.remove(connection);
    fetchSessions.closeOf(connection);
  }

  /** Closes what is late. */
  void tick() {
    long now = nowNanos();
    List.copyOf(connections).forEach(connection -> connection.sweep(now));
  }

  /** No more requests; connections close when those that came are answered. */
  void end() {
    List.copyOf(connections).forEach(KafkaConnection::end);
  }

  SettingValues settings() {
    return services.settings();
  }

  KafkaLimits limits() {
    return limits;
  }

  RequestDecoder decoder() {
    return decoder;
  }

  FetchSessions fetchSessions() {
    return fetchSessions;
  }

  Apis apis() {
    return apis;
  }

  PartitionClient partitions() {
    return partitions;
  }

  MetadataClient metadata() {
    return metadata;
  }

  boolean hasGroups() {
    return groups.isPresent();
  }

  /** The group coordinators; only asked for by the APIs that are served if there are any. */
  GroupClient groups() {
    return groups.orElseThrow();
  }

  ClusterImage image() {
    return metadata.image();
  }

  int nodeId() {
    return services.nodeId().getAsInt();
  }

  long nowNanos() {
    return services.time().monotonicNanos();
  }

  /** A monotonic time so many milliseconds from now. */
  long inMs(long delayMs) {
    return nowNanos() + TimeUnit.MILLISECONDS.toNanos(delayMs);
  }
}
