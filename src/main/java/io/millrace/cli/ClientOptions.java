package io.millrace.cli;

import io.millrace.client.ClientSettings;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What every command needs that talks to a broker. */
final class ClientOptions {
  @Option(
      names = {"-b", "--bootstrap-server"},
      paramLabel = "HOST:PORT",
      description =
          "The broker's TCP address (default: 127.0.0.1:7070); over WebSocket its HTTP address (default: 127.0.0.1:8080).")
  private @Nullable String bootstrapServer;

  @Option(
      names = "--property",
      paramLabel = "NAME=VALUE",
      description = "A client setting, such as request.timeout.ms=5000; may be repeated.")
  private Map<String, String> properties = new LinkedHashMap<>();

  /** Settings for a client: those that the command chooses, overridden by what the user gave. */
  Map<String, String> settings(Map<String, String> chosen) {
    Map<String, String> settings = new LinkedHashMap<>(chosen);
    settings.putIfAbsent("client.id", "millrace-cli");
    if (bootstrapServer != null) {
      settings.put("bootstrap.servers", bootstrapServer);
    }
    settings.putAll(properties);
    return settings;
  }

  /** The address as the user gave it, without a port if none was given; by default this machine. */
  String bootstrapServer() {
    return bootstrapServer == null ? "127.0.0.1" : bootstrapServer;
  }

  /** How many brokers are tried. */
  int addresses() {
    return Math.max(
        1, ClientSettings.of(settings(Map.of())).get(ClientSettings.BOOTSTRAP_SERVERS).size());
  }

  boolean gives(String property) {
    return properties.containsKey(property);
  }
}
