package io.millrace.client;

import io.millrace.model.ErrorCode;
import io.millrace.model.StreamException;
import io.millrace.model.config.Setting;
import io.millrace.model.config.SettingValues;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The settings that every client has: how it reaches the brokers and how long it waits. */
public final class ClientSettings {
  public static final Setting<List<String>> BOOTSTRAP_SERVERS =
      Setting.list(
          "bootstrap.servers",
          List.of(),
          "Brokers as host:port, tried in turn; empty for 127.0.0.1 at the transport's usual port.");
  public static final Setting<String> CLIENT_ID =
      Setting.text("client.id", "", "Name of this client in the broker's logs and metrics.");
  public static final Setting<Via> VIA =
      Setting.choice("via", Via.TCP, "The transport: TCP (port 7070) or WebSocket (port 8080).");
  public static final Setting<Integer> REQUEST_TIMEOUT_MS =
      Setting.integer(
          "request.timeout.ms",
          30_000,
          1,
          Integer.MAX_VALUE,
          "How long a request that was sent may stay without an answer.");
  public static final Setting<Integer> CONNECTION_SETUP_TIMEOUT_MS =
      Setting.integer(
          "socket.connection.setup.timeout.ms",
          10_000,
          1,
          Integer.MAX_VALUE,
          "How long connecting, TLS and the protocol's greeting may take.");
  public static final Setting<Integer> RECONNECT_BACKOFF_MS =
      Setting.integer(
          "reconnect.backoff.ms",
          50,
          0,
          Integer.MAX_VALUE,
          "Wait before the first attempt to connect again; doubles with every failure.");
  public static final Setting<Integer> RECONNECT_BACKOFF_MAX_MS =
      Setting.integer(
          "reconnect.backoff.max.ms",
          1_000,
          0,
          Integer.MAX_VALUE,
          "Longest wait between two attempts to connect.");
  public static final Setting<Integer> PING_INTERVAL_MS =
      Setting.integer(
          "connection.ping.ms",
          2_000,
          10,
          Integer.MAX_VALUE / 4,
          "A broker that is silent for so long is asked whether it still lives.");
  public static final Setting<Integer> PING_TIMEOUT_MS =
      Setting.integer(
          "connection.ping.timeout.ms",
          5_000,
          20,
          Integer.MAX_VALUE / 4,
          "A broker that is silent for so long is given up, and connected to again.");
  public static final Setting<Integer> MAX_QUEUED_REQUESTS =
      Setting.integer(
          "max.queued.requests",
          10_000,
          1,
          Integer.MAX_VALUE,
          "Requests, other than produce, that may wait for a connection or an answer.");
  public static final Setting<Integer> SEND_BUFFER_BYTES =
      Setting.integer(
          "send.buffer.bytes",
          131_072,
          -1,
          Integer.MAX_VALUE,
          "The socket's send buffer; -1 for the operating system's default.");
  public static final Setting<Integer> RECEIVE_BUFFER_BYTES =
      Setting.integer(
          "receive.buffer.bytes",
          65_536,
          -1,
          Integer.MAX_VALUE,
          "The socket's receive buffer; -1 for the operating system's default.");
  public static final Setting<Integer> FRAME_MAX_BYTES =
      Setting.integer(
          "receive.frame.max.bytes",
          67_108_864,
          65_536,
          Integer.MAX_VALUE,
          "Largest frame accepted from a broker.");
  public static final Setting<Boolean> TLS_ENABLED =
      Setting.bool("tls.enabled", false, "Whether the connection is encrypted.");
  public static final Setting<String> TLS_TRUST_PEM =
      Setting.text(
          "tls.trust.pem",
          "",
          "File of the certificates that are trusted; empty for the JDK's authorities.");
  public static final Setting<String> TLS_CERTIFICATE_PEM =
      Setting.text(
          "tls.certificate.pem", "", "File of this client's certificate, if brokers ask for one.");
  public static final Setting<String> TLS_KEY_PEM =
      Setting.text("tls.key.pem", "", "File of the private key to tls.certificate.pem.");
  public static final Setting<Boolean> TLS_VERIFY_HOSTNAME =
      Setting.bool(
          "tls.verify.hostname",
          true,
          "Whether the broker's certificate must name the host that was connected to.");

  private static final List<Setting<?>> ALL =
      List.of(
          BOOTSTRAP_SERVERS,
          CLIENT_ID,
          VIA,
          REQUEST_TIMEOUT_MS,
          CONNECTION_SETUP_TIMEOUT_MS,
          RECONNECT_BACKOFF_MS,
          RECONNECT_BACKOFF_MAX_MS,
          PING_INTERVAL_MS,
          PING_TIMEOUT_MS,
          MAX_QUEUED_REQUESTS,
          SEND_BUFFER_BYTES,
          RECEIVE_BUFFER_BYTES,
          FRAME_MAX_BYTES,
          TLS_ENABLED,
          TLS_TRUST_PEM,
          TLS_CERTIFICATE_PEM,
          TLS_KEY_PEM,
          TLS_VERIFY_HOSTNAME);

  private ClientSettings() {}

  public static List<Setting<?>> all() {
    return ALL;
  }

  /**
   * Checked values, as an {@link Admin} takes them.
   *
   * @throws StreamException INVALID_CONFIG for an unknown name, a value out of range, or settings
   *     that contradict each other
   */
  public static SettingValues of(Map<String, String> given) {
    return checked(SettingValues.of(ALL, given));
  }

  /** These settings and the ones of one kind of client. */
  static List<Setting<?>> and(List<Setting<?>> more) {
    List<Setting<?>> joined = new ArrayList<>(ALL);
    joined.addAll(more);
    return List.copyOf(joined);
  }

  static SettingValues checked(SettingValues values) {
    requireOrdered(values, RECONNECT_BACKOFF_MS, RECONNECT_BACKOFF_MAX_MS);
    requireOrdered(values, PING_INTERVAL_MS, PING_TIMEOUT_MS);
    boolean certificate = !values.get(TLS_CERTIFICATE_PEM).isEmpty();
    boolean key = !values.get(TLS_KEY_PEM).isEmpty();
    if (certificate != key) {
      throw contradiction("tls.certificate.pem and tls.key.pem belong together: give both or none");
    }
    boolean trust = !values.get(TLS_TRUST_PEM).isEmpty();
    if (!values.get(TLS_ENABLED) && (certificate || trust)) {
      throw contradiction("there are tls files but tls.enabled is false: set it to true");
    }
    BrokerAddress.listOf(values);
    return values;
  }

  /** The smaller one may not be larger than the larger one, as far as the user said it. */
  static void requireOrdered(
      SettingValues values, Setting<Integer> smaller, Setting<Integer> larger) {
    if (values.get(smaller) > values.get(larger)) {
      throw contradiction(
          smaller.name()
              + " is "
              + values.get(smaller)
              + ", larger than "
              + larger.name()
              + ", which is "
              + values.get(larger));
    }
  }

  static StreamException contradiction(String message) {
    return new StreamException(ErrorCode.INVALID_CONFIG, message);
  }

  /** How a client reaches a broker. */
  public enum Via {
    TCP(7070),
    WEBSOCKET(8080);

    private final int usualPort;

    Via(int usualPort) {
      this.usualPort = usualPort;
    }

    /** The port that a broker listens on unless told otherwise. */
    public int usualPort() {
      return usualPort;
    }
  }
}
