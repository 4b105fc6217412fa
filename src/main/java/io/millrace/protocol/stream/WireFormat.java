package io.millrace.protocol.stream;

/** How messages are written on a connection. */
public enum WireFormat {
  /** Avro single-object encoding; binary frames over WebSocket, the only format over TCP. */
  AVRO("millrace.avro.v1"),

  /** One JSON object per message; text frames over WebSocket, and server-sent events. */
  JSON("millrace.json.v1");

  private final String subProtocol;

  WireFormat(String subProtocol) {
    this.subProtocol = subProtocol;
  }

  /** The name that WebSocket clients ask for it by ({@code Sec-WebSocket-Protocol}). */
  public String subProtocol() {
    return subProtocol;
  }
}
