package io.millrace.architecture;

import static io.millrace.architecture.Library.AVRO;
import static io.millrace.architecture.Library.HAZELCAST;
import static io.millrace.architecture.Library.JSON;
import static io.millrace.architecture.Library.KAFKA_CLIENTS;
import static io.millrace.architecture.Library.KAFKA_COMMON;
import static io.millrace.architecture.Library.MICROMETER;
import static io.millrace.architecture.Library.MICRORAFT;
import static io.millrace.architecture.Library.NETTY_BUFFER;
import static io.millrace.architecture.Library.RE2J;
import static io.millrace.architecture.Library.TERMINAL;
import static io.millrace.architecture.Library.VERTX;
import static io.millrace.architecture.Library.VERTX_CORE;

import io.millrace.architecture.PackageRow.Kind;
import java.util.List;
import java.util.Optional;

/**
 * The package table: every package of the main sources, what it is for, and what it may import. The
 * JDK, slf4j and the jspecify annotations are always allowed. {@code x.*} means {@code x} and all
 * packages below it, {@code *} means every package and every library.
 *
 * <p>A package that is not in this table may not exist; an import that is not in its row may not be
 * written. The table in {@code DESIGN.md} is compared with this one. To change a row, change both,
 * and say why in {@code docs/decisions/}.
 */
final class PackagePlan {

  /** The package that all others are below. */
  static final String ROOT = "io.millrace";

  /** The rows, lowest layer first. A row may be here before its package is. */
  static final List<PackageRow> ROWS =
      List.of(
          row("model", "value types everyone shares"),
          row("model.config", "every topic and broker setting: type, default, doc")
              .importing("model"),
          row("model.control", "what the controller of a cluster is asked and answers")
              .importing("model", "model.config", "model.image"),
          row("model.group", "what group coordinators are asked and answer").importing("model"),
          row("model.image", "the immutable cluster image").importing("model", "model.config"),
          row("avro", "Avro's binary form, read with bounds").using(AVRO),
          row("record", "the record batch: header, compression, key hash, slices")
              .importing("model")
              .using(KAFKA_COMMON),
          // The ports are above what implements them: log.segment imports log, never the reverse.
          row("log", "the storage engine's ports: the log of a partition, the disk")
              .importing("record", "model.*"),
          row("log.retention", "which segments are deleted, and what time it is for that")
              .importing("log", "record", "model.*"),
          row("log.segment", "the log in segments: files, indexes, recovery")
              .importing("log", "log.retention", "record", "model.*"),
          row("log.compaction", "the last record of each key")
              .importing("log", "log.segment", "record", "model.*"),
          row("log.scrub", "reads cold segments again, to find damage early")
              .importing("log", "record", "model.*"),
          row("log.directory", "the data directory: lock, identity, checkpoints, its partitions")
              .importing("log", "log.segment", "record", "model.*"),
          row("log.inspect", "reads and checks the files of a log without opening it")
              .importing("log", "log.segment", "log.directory", "record", "model.*"),
          row("replication", "leader and follower roles, in-sync replicas, high watermark")
              .importing("record", "model.*"),
          row("partition", "one partition: its log, its role, its waiting acks and fetches")
              .importing("log", "replication", "record", "model.*"),
          row("group", "consumer groups").importing("model.*").using(RE2J),
          row("group.assignor", "who reads which partition").importing("group", "model.*"),
          generated("group.record", "records of the groups"),
          row("group.codec", "facts about groups as keys and values of records")
              .importing("avro", "group", "group.record", "model.*")
              .using(AVRO),
          row("transaction", "producer ids and transactions").importing("model.*"),
          row("metadata", "the controller: decides records, applies them to the image")
              .importing("model.*"),
          generated("metadata.record", "records of the metadata log"),
          row(
                  "metadata.codec",
                  "the facts of the metadata log as bytes, of this release and before")
              .importing("avro", "metadata", "metadata.record", "model.*")
              .using(AVRO),
          row("metadata.file", "the metadata log of a single node: fsynced files and snapshots")
              .importing("metadata", "metadata.codec", "model.*"),
          row("metadata.raft", "the metadata log of a cluster: Raft")
              .importing("metadata", "metadata.codec", "metadata.file", "model.*")
              .using(MICRORAFT),
          row("cluster", "joining: discovery, node identity, routes")
              .importing("model.*")
              .using(HAZELCAST, VERTX),
          generated("bus.message", "messages between verticles of different nodes"),
          row("bus", "typed addresses, one codec, senders, admission, failures")
              .importing("avro", "bus.message", "record", "model.*")
              .using(AVRO, VERTX),
          row("verticle", "deployment units: decode, call a plain class, carry out, reply")
              .importing(
                  "bus.*",
                  "partition",
                  "group",
                  "group.codec",
                  "transaction",
                  "metadata",
                  "metadata.raft",
                  "replication",
                  "log.*",
                  "record",
                  "model.*")
              .using(VERTX_CORE),
          generated("protocol.stream.message", "messages of the stream protocol"),
          row("protocol.stream", "the stream protocol: bytes to messages and back")
              .importing("protocol.stream.message", "record", "model.*")
              .using(AVRO, JSON, NETTY_BUFFER),
          row("protocol.kafka", "the Kafka protocol: bytes to messages and back")
              .importing("record", "model.*")
              .using(KAFKA_COMMON, NETTY_BUFFER),
          row("endpoint", "what every listener shares: TLS, limits, addresses, frames")
              .importing("bus.*", "record", "model.*")
              .using(VERTX),
          row("endpoint.session", "a stream session, whatever carries it")
              .importing("endpoint", "protocol.stream.*", "bus.*", "record", "model.*")
              .using(AVRO, VERTX_CORE),
          row("endpoint.http", "REST, server-sent events, health and metrics")
              .importing(
                  "endpoint",
                  "endpoint.session",
                  "protocol.stream.*",
                  "bus.*",
                  "metrics",
                  "record",
                  "model.*")
              .using(AVRO, VERTX, MICROMETER),
          row("endpoint.websocket", "stream sessions over WebSocket")
              .importing(
                  "endpoint", "endpoint.session", "protocol.stream.*", "bus.*", "record", "model.*")
              .using(AVRO, VERTX),
          row("endpoint.tcp", "stream sessions over TCP")
              .importing(
                  "endpoint", "endpoint.session", "protocol.stream.*", "bus.*", "record", "model.*")
              .using(AVRO, VERTX),
          row("endpoint.kafka", "the Kafka protocol over TCP")
              .importing("endpoint", "protocol.kafka", "bus.*", "record", "model.*")
              .using(VERTX, KAFKA_CLIENTS),
          row("metrics", "the Micrometer adapter of the metrics port")
              .importing("model")
              .using(MICROMETER),
          row("client", "the Java client")
              .importing("protocol.stream.*", "record", "model.*")
              .using(AVRO, VERTX_CORE),
          row("checker", "holds what clients saw against what brokers promise")
              .importing("model")
              .using(JSON),
          row("workload", "clients that send and read for a while, and write down what happens")
              .importing("checker", "client", "model.*")
              .using(VERTX_CORE),
          row("cli", "the commands")
              .importing("workload", "checker", "client", "log.*", "record", "model.*")
              .using(TERMINAL, VERTX_CORE),
          row("server", "composition root, configuration").importing("*"),
          row("", "the main class").importing("cli", "server"));

  private PackagePlan() {}

  /**
   * The row of a package.
   *
   * @param name the package without the root, empty for the root itself
   */
  static Optional<PackageRow> rowOf(String name) {
    return ROWS.stream().filter(row -> row.name().equals(name)).findFirst();
  }

  private static PackageRow row(String name, String purpose) {
    return new PackageRow(name, purpose, Kind.WRITTEN, List.of(), List.of());
  }

  private static PackageRow generated(String name, String purpose) {
    return new PackageRow(name, purpose, Kind.GENERATED, List.of(), List.of(AVRO));
  }
}
