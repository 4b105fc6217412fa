package io.millrace.architecture;

import java.util.List;

/** A library that some packages may import; the JDK, slf4j and jspecify are open to all. */
enum Library {
  AVRO("Avro", "org.apache.avro"),
  HAZELCAST("Hazelcast", "com.hazelcast", "io.vertx.spi.cluster.hazelcast"),
  JSON("Jackson core", "com.fasterxml.jackson.core"),
  KAFKA_CLIENTS("kafka-clients", "org.apache.kafka"),
  KAFKA_COMMON("`org.apache.kafka.common`", "org.apache.kafka.common"),
  MICROMETER("Micrometer", "io.micrometer", "io.prometheus"),
  MICRORAFT("MicroRaft", "io.microraft"),
  RE2J("RE2/J", "com.google.re2j"),
  TERMINAL("picocli, progress bar, HdrHistogram", "picocli", "me.tongfei", "org.HdrHistogram"),
  NETTY_BUFFER("Netty's buffers", "io.netty.buffer"),
  // Netty is what Vert.x is made of: whoever may use the one may use the other.
  VERTX("Vert.x", "io.vertx", "io.netty"),
  VERTX_CORE("Vert.x core", "io.vertx.core", "io.netty");

  private static final List<String> OPEN_TO_ALL =
      List.of(
          "java",
          "javax",
          "jdk.net",
          "com.sun.management",
          "org.slf4j",
          "org.jspecify.annotations");

  private final String title;
  private final List<String> packages;

  Library(String title, String... packages) {
    this.title = title;
    this.packages = List.of(packages);
  }

  /** The name as documents give it. */
  String title() {
    return title;
  }

  /** Whether a package belongs to this library. */
  boolean contains(String packageName) {
    return packages.stream().anyMatch(prefix -> isAtOrBelow(packageName, prefix));
  }

  /** Whether a package may be imported from anywhere. */
  static boolean isOpenToAll(String packageName) {
    return OPEN_TO_ALL.stream().anyMatch(prefix -> isAtOrBelow(packageName, prefix));
  }

  private static boolean isAtOrBelow(String packageName, String prefix) {
    return packageName.equals(prefix) || packageName.startsWith(prefix + ".");
  }
}
