package io.millrace.model.config;

import java.util.List;

/** Settings of the sockets: addresses, TLS, who may connect, and what one connection may use. */
public final class ListenerSettings {
  public static final Setting<String> HTTP_HOST =
      Setting.text("http.host", "127.0.0.1", "Address that HTTP and WebSocket listen on.");
  public static final Setting<Integer> HTTP_PORT =
      Setting.integer(
          "http.port",
          8_080,
          -1,
          65_535,
          "Port of HTTP and WebSocket; 0 for any free one, -1 for none.");
  public static final Setting<Boolean> HTTP_TLS_ENABLE =
      Setting.bool("http.tls.enable", false, "Whether HTTP and WebSocket speak TLS only.");
  public static final Setting<String> TCP_HOST =
      Setting.text("tcp.host", "127.0.0.1", "Address that the TCP stream protocol listens on.");
  public static final Setting<Integer> TCP_PORT =
      Setting.integer(
          "tcp.port",
          7_070,
          -1,
          65_535,
          "Port of the TCP stream protocol; 0 for any free one, -1 for none.");
  public static final Setting<Boolean> TCP_TLS_ENABLE =
      Setting.bool("tcp.tls.enable", false, "Whether the TCP stream protocol speaks TLS only.");
  public static final Setting<String> KAFKA_HOST =
      Setting.text(
          "kafka.host",
          "localhost",
          "Address that Kafka clients connect to; a name means all its addresses on this machine.");
  public static final Setting<Integer> KAFKA_PORT =
      Setting.integer(
          "kafka.port",
          9_092,
          -1,
          65_535,
          "Port of the Kafka protocol; 0 for any free one, -1 for none.");
  public static final Setting<Boolean> KAFKA_TLS_ENABLE =
      Setting.bool("kafka.tls.enable", false, "Whether the Kafka protocol speaks TLS only.");
  public static final Setting<String> TLS_CERTIFICATE_FILE =
      Setting.text(
          "tls.certificate.file", "", "PEM file with this server's certificate, then its chain.");
  public static final Setting<String> TLS_KEY_FILE =
      Setting.text(
          "tls.key.file", "", "PEM file (PKCS 8, not encrypted) with the certificate's key.");
  public static final Setting<String> TLS_CLIENT_CA_FILE =
      Setting.text(
          "tls.client.ca.file",
          "",
          "PEM file with the authorities that sign clients' certificates.");
  public static final Setting<TlsClientAuth> TLS_CLIENT_AUTH =
      Setting.choice(
          "tls.client.auth",
          TlsClientAuth.NONE,
          "required: only clients with a certificate signed by tls.client.ca.file may connect.");
  public static final Setting<List<String>> TLS_PROTOCOLS =
      Setting.list(
          "tls.protocols", List.of("TLSv1.3", "TLSv1.2"), "Versions of TLS that are spoken.");
  public static final Setting<Boolean> INSECURE_ALLOW =
      Setting.bool(
          "insecure.allow",
          false,
          "Allows listening beyond this machine without TLS and client authentication.");
  public static final Setting<List<String>> HTTP_ALLOWED_HOSTS =
      Setting.list(
          "http.allowed.hosts",
          List.of(),
          "Host headers accepted beside loopback ones; name or name:port.");
  public static final Setting<List<String>> HTTP_ALLOWED_ORIGINS =
      Setting.list(
          "http.allowed.origins",
          List.of(),
          "Origins of web pages accepted beside this host's own, such as https://example.org.");
  public static final Setting<Integer> MAX_CONNECTIONS =
      Setting.integer(
          "max.connections", 20_000, 1, Integer.MAX_VALUE, "Connections that may be open at once.");
  public static final Setting<Integer> MAX_CONNECTIONS_PER_IP =
      Setting.integer(
          "max.connections.per.ip",
          256,
          1,
          Integer.MAX_VALUE,
          "Connections that may be open from one address.");
  public static final Setting<List<String>> MAX_CONNECTIONS_PER_IP_OVERRIDES =
      Setting.list(
          "max.connections.per.ip.overrides",
          List.of("127.0.0.1:20000", "::1:20000"),
          "Other limits for some addresses, as address:number (the last colon counts).");
  public static final Setting<Integer> HANDSHAKE_TIMEOUT_MS =
      Setting.integer(
          "handshake.timeout.ms",
          10_000,
          100,
          3_600_000,
          "A new connection must have said hello within this time.");
  public static final Setting<Integer> HANDSHAKE_MAX_BYTES =
      Setting.integer(
          "handshake.max.bytes",
          65_536,
          256,
          16_777_216,
          "Largest frame accepted before a connection has said hello.");
  public static final Setting<Long> CONNECTIONS_MAX_IDLE_MS =
      Setting.longInteger(
          "connections.max.idle.ms",
          600_000,
          1_000,
          Long.MAX_VALUE,
          "A connection over which nothing came for so long is closed.");
  public static final Setting<Integer> SOCKET_REQUEST_MAX_BYTES =
      Setting.integer(
          "socket.request.max.bytes",
          8_388_608,
          1_024,
          1_073_741_824,
          "Largest request, frame or HTTP body.");
  public static final Setting<Integer> SOCKET_REQUEST_RECEIVE_TIMEOUT_MS =
      Setting.integer(
          "socket.request.receive.timeout.ms",
          120_000,
          100,
          3_600_000,
          "A frame must have come within this time of its length, however steadily its bytes come.");
  public static final Setting<Long> CONNECTION_INFLIGHT_BYTES =
      Setting.longInteger(
          "connection.inflight.bytes",
          16_777_216,
          1_024,
          Long.MAX_VALUE,
          "Requests of one connection that are not answered yet, beyond which it is not read.");
  public static final Setting<Long> CONNECTION_OUTSTANDING_BYTES =
      Setting.longInteger(
          "connection.outstanding.bytes",
          4_194_304,
          1_024,
          Long.MAX_VALUE,
          "Answers given to one socket and not yet sent, beyond which no more records are; beyond"
              + " twice as much, no more requests are read.");
  public static final Setting<Integer> SOCKET_LISTEN_BACKLOG_SIZE =
      Setting.integer(
          "socket.listen.backlog.size",
          1_024,
          1,
          65_535,
          "Connections that may wait to be accepted.");
  public static final Setting<Integer> SOCKET_SEND_BUFFER_BYTES =
      Setting.integer(
          "socket.send.buffer.bytes",
          -1,
          -1,
          1_073_741_824,
          "SO_SNDBUF of accepted sockets; -1 for the system's.");
  public static final Setting<Integer> SOCKET_RECEIVE_BUFFER_BYTES =
      Setting.integer(
          "socket.receive.buffer.bytes",
          -1,
          -1,
          1_073_741_824,
          "SO_RCVBUF of accepted sockets; -1 for the system's.");
  public static final Setting<Integer> HTTP_MAX_HEADER_BYTES =
      Setting.integer(
          "http.max.header.bytes",
          16_384,
          1_024,
          1_048_576,
          "Largest set of headers of an HTTP request.");
  public static final Setting<Integer> HTTP_MAX_LINE_BYTES =
      Setting.integer(
          "http.max.line.bytes", 8_192, 512, 1_048_576, "Longest first line of an HTTP request.");

  static final List<Setting<?>> ALL =
      List.of(
          HTTP_HOST,
          HTTP_PORT,
          HTTP_TLS_ENABLE,
          TCP_HOST,
          TCP_PORT,
          TCP_TLS_ENABLE,
          KAFKA_HOST,
          KAFKA_PORT,
          KAFKA_TLS_ENABLE,
          TLS_CERTIFICATE_FILE,
          TLS_KEY_FILE,
          TLS_CLIENT_CA_FILE,
          TLS_CLIENT_AUTH,
          TLS_PROTOCOLS,
          INSECURE_ALLOW,
          HTTP_ALLOWED_HOSTS,
          HTTP_ALLOWED_ORIGINS,
          MAX_CONNECTIONS,
          MAX_CONNECTIONS_PER_IP,
          MAX_CONNECTIONS_PER_IP_OVERRIDES,
          HANDSHAKE_TIMEOUT_MS,
          HANDSHAKE_MAX_BYTES,
          CONNECTIONS_MAX_IDLE_MS,
          SOCKET_REQUEST_MAX_BYTES,
          SOCKET_REQUEST_RECEIVE_TIMEOUT_MS,
          CONNECTION_INFLIGHT_BYTES,
          CONNECTION_OUTSTANDING_BYTES,
          SOCKET_LISTEN_BACKLOG_SIZE,
          SOCKET_SEND_BUFFER_BYTES,
          SOCKET_RECEIVE_BUFFER_BYTES,
          HTTP_MAX_HEADER_BYTES,
          HTTP_MAX_LINE_BYTES);

  private ListenerSettings() {}

  /** Whether clients must prove who they are with a certificate. */
  public enum TlsClientAuth {
    NONE,
    REQUIRED
  }
}
