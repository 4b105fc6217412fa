package io.millrace.endpoint.session;

/**
 * Why the server closes a connection: WebSocket's close code, and part of the last {@code error}
 * message over TCP. Numbers are stable for ever.
 */
public enum CloseCode {
  MALFORMED(4000, "A message could not be read: correct the client."),
  UNKNOWN_MESSAGE(4001, "A message has an unknown type or schema: correct the client."),
  WRONG_ORDER(4002, "A message came before hello, or hello came twice: correct the client."),
  UNSUPPORTED_VERSION(4003, "Client and server share no protocol version: upgrade one of them."),
  HANDSHAKE_TIMEOUT(4004, "No hello came in time: send hello first, at once."),
  IDLE_TIMEOUT(4005, "Nothing came for too long: send a ping now and then."),
  SILENT_PEER(4006, "The client promised a heartbeat and gave none: connect again."),
  FRAME_TOO_LARGE(4007, "A frame was larger than allowed: send smaller batches."),
  LIMIT_EXCEEDED(4008, "A limit of this server was passed: see the error before it."),
  GOING_AWAY(
      4009, "The server stops, or does not reach its cluster: connect again, to another node."),
  INTERNAL_ERROR(4010, "The server met an error that it did not expect: connect again."),
  SUBSCRIPTION_FAILED(4011, "What the URL asks for cannot be subscribed: see the error before it."),
  SUBSCRIPTION_ENDED(4012, "The topic that the URL names is gone.");

  private final int code;
  private final String advice;

  CloseCode(int code, String advice) {
    this.code = code;
    this.advice = advice;
  }

  /** 4000 to 4099. */
  public int code() {
    return code;
  }

  /** The cause and what to do, in one sentence. */
  public String advice() {
    return advice;
  }
}
