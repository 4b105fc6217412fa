package io.millrace.server;

import io.millrace.cluster.ClusterConfig;
import io.millrace.endpoint.Listener;
import io.millrace.model.StreamException;
import io.millrace.model.config.KafkaSettings;
import io.millrace.model.config.ListenerSettings;
import io.millrace.model.config.ListenerSettings.TlsClientAuth;
import io.millrace.model.config.ServerSettings;
import io.millrace.model.config.Setting;
import io.millrace.model.config.SettingValues;
import io.millrace.model.config.StreamSettings;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * What single settings cannot say of themselves: that they fit each other, and that no listener is
 * open to other machines without TLS and authentication unless somebody said that this is meant.
 */
final class SettingsCheck {
  private SettingsCheck() {}

  /** A sentence for each contradiction; empty if the broker may start. */
  static List<String> problems(SettingValues settings) {
    List<String> problems = new ArrayList<>();
    for (Listener listener : Listener.values()) {
      exposure(settings, listener, problems);
    }
    tlsFiles(settings, problems);
    cluster(settings, problems);
    if (settings.get(ServerSettings.DATA_DIR).isBlank()) {
      problems.add("data.dir is empty; name the directory that this node keeps its data in");
    }
    atMost(
        settings,
        ListenerSettings.HANDSHAKE_MAX_BYTES,
        ListenerSettings.SOCKET_REQUEST_MAX_BYTES,
        problems);
    atMost(
        settings,
        StreamSettings.STREAM_PING_INTERVAL_MS,
        StreamSettings.STREAM_PING_TIMEOUT_MS,
        problems);
    atMost(
        settings, ServerSettings.NUM_PARTITIONS, ServerSettings.MAX_PARTITIONS_PER_TOPIC, problems);
    replicaSelector(settings.get(KafkaSettings.REPLICA_SELECTOR_CLASS), problems);
    settings
        .get(ListenerSettings.MAX_CONNECTIONS_PER_IP_OVERRIDES)
        .forEach(override -> connectionOverride(override, problems));
    return problems;
  }

  /** A sentence for each thing that is legal and probably not meant. */
  static List<String> warnings(SettingValues settings) {
    List<String> warnings = new ArrayList<>();
    for (Listener listener : Listener.values()) {
      if (isOpen(settings, listener) && settings.get(ListenerSettings.INSECURE_ALLOW)) {
        warnings.add(
            "insecure.allow=true: whoever reaches "
                + settings.get(listener.host())
                + " port "
                + settings.get(listener.port())
                + " can read and write everything");
      }
    }
    if (isListening(settings, Listener.HTTP)
        && !Loopback.isLoopback(settings.get(ListenerSettings.HTTP_HOST))
        && settings.get(ListenerSettings.HTTP_ALLOWED_HOSTS).isEmpty()) {
      warnings.add(
          "http.allowed.hosts is empty: HTTP and WebSocket answer only requests whose Host header"
              + " is a loopback name; list the names that clients use");
    }
    return warnings;
  }

  private static boolean isListening(SettingValues settings, Listener listener) {
    return settings.get(listener.port()) >= 0;
  }

  /** Whether strangers can reach it unprotected. */
  private static boolean isOpen(SettingValues settings, Listener listener) {
    boolean isProtected =
        settings.get(listener.tlsEnable())
            && settings.get(ListenerSettings.TLS_CLIENT_AUTH) == TlsClientAuth.REQUIRED;
    return isListening(settings, listener)
        && !Loopback.isLoopback(settings.get(listener.host()))
        && !isProtected;
  }

  private static void exposure(SettingValues settings, Listener listener, List<String> problems) {
    if (isOpen(settings, listener) && !settings.get(ListenerSettings.INSECURE_ALLOW)) {
      problems.add(
          listener.host()
              + " is '"
              + settings.get(listener.host())
              + "', which other machines can reach, without TLS and client authentication; set "
              + listener.tlsEnable()
              + "=true and tls.client.auth=required, or "
              + listener.host()
              + "=127.0.0.1, or accept the risk with insecure.allow=true");
    }
  }

  private static void cluster(SettingValues settings, List<String> problems) {
    if (!ClusterConfig.isWanted(settings)) {
      return;
    }
    try {
      ClusterConfig.of(settings);
    } catch (StreamException e) {
      problems.add(String.valueOf(e.getMessage()));
    }
  }

  private static void tlsFiles(SettingValues settings, List<String> problems) {
    boolean anyTls =
        Stream.of(Listener.values()).anyMatch(listener -> settings.get(listener.tlsEnable()));
    if (!anyTls) {
      return;
    }
    required(settings, ListenerSettings.TLS_CERTIFICATE_FILE, "TLS is enabled", problems);
    required(settings, ListenerSettings.TLS_KEY_FILE, "TLS is enabled", problems);
    if (settings.get(ListenerSettings.TLS_CLIENT_AUTH) == TlsClientAuth.REQUIRED) {
      required(
          settings, ListenerSettings.TLS_CLIENT_CA_FILE, "tls.client.auth is required", problems);
    }
  }

  private static void required(
      SettingValues settings, Setting<String> file, String because, List<String> problems) {
    if (settings.get(file).isBlank()) {
      problems.add(file + " is empty, but " + because + "; name a PEM file");
    }
  }

  private static void replicaSelector(String selector, List<String> problems) {
    if (!selector.isEmpty() && !selector.equals(KafkaSettings.RACK_AWARE_SELECTOR)) {
      problems.add(
          KafkaSettings.REPLICA_SELECTOR_CLASS
              + " is '"
              + selector
              + "', expected nothing or "
              + KafkaSettings.RACK_AWARE_SELECTOR
              + "; there are no others here");
    }
  }

  private static void atMost(
      SettingValues settings,
      Setting<Integer> smaller,
      Setting<Integer> larger,
      List<String> problems) {
    if (settings.get(smaller) > settings.get(larger)) {
      problems.add(
          smaller
              + " is "
              + settings.get(smaller)
              + ", expected at most "
              + larger
              + " ("
              + settings.get(larger)
              + ")");
    }
  }

  private static void connectionOverride(String override, List<String> problems) {
    int colon = override.lastIndexOf(':');
    if (colon <= 0 || !override.substring(colon + 1).matches("[1-9][0-9]{0,8}")) {
      problems.add(
          ListenerSettings.MAX_CONNECTIONS_PER_IP_OVERRIDES
              + " has '"
              + override
              + "', expected address:number, such as 10.0.0.7:1000");
    }
  }
}
