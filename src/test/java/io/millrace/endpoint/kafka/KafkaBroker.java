package io.millrace.endpoint.kafka;

import io.millrace.endpoint.Listener;
import io.millrace.model.config.BrokerSettings;
import io.millrace.server.Server;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;

/** A whole broker in this process, for Kafka's own clients. */
final class KafkaBroker implements AutoCloseable {
  static final long TIMEOUT_MS = 20_000;
  private final Map<String, String> settings = new HashMap<>();
  private Server server;

  KafkaBroker(Path data, String... keyValues) {
    settings.put("data.dir", data.toString());
    settings.put("tcp.port", "-1");
    settings.put("http.port", "-1");
    settings.put("kafka.port", "0");
    for (int i = 0; i < keyValues.length; i += 2) {
      settings.put(keyValues[i], keyValues[i + 1]);
    }
    server = Server.open(BrokerSettings.of(settings));
  }

  int port() {
    return server.port(Listener.KAFKA);
  }

  String bootstrap() {
    return "localhost:" + port();
  }

  /** The least that a client needs to know. */
  Properties client() {
    Properties properties = new Properties();
    properties.put("bootstrap.servers", bootstrap());
    return properties;
  }

  Admin admin() {
    return Admin.create(client());
  }

  /** Stops and starts the broker on the same port and data. */
  void restart() {
    settings.put("kafka.port", Integer.toString(port()));
    server.close();
    server = Server.open(BrokerSettings.of(settings));
  }

  static <T> T await(Future<T> future) {
    try {
      return future.get(TIMEOUT_MS, TimeUnit.MILLISECONDS);
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  @Override
  public void close() {
    server.close();
  }
}
