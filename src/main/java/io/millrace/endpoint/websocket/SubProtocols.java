package io.millrace.endpoint.websocket;

import io.millrace.model.ErrorCode;
import io.millrace.model.StreamException;
import io.millrace.protocol.stream.WireFormat;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/** Which format a client asks for with {@code Sec-WebSocket-Protocol}. */
final class SubProtocols {
  private static final int SHOWN_LENGTH = 80;

  private SubProtocols() {}

  /** All that are spoken here. */
  static List<String> names() {
    return Arrays.stream(WireFormat.values()).map(WireFormat::subProtocol).toList();
  }

  /**
   * The first of the client's wishes that is known; JSON without any, so that a client needs to
   * know nothing.
   *
   * @param headers all values of the header
   * @throws StreamException UNSUPPORTED_VERSION if none of them is known
   */
  static WireFormat choose(List<String> headers) {
    List<String> wishes =
        headers.stream()
            .flatMap(header -> Arrays.stream(header.split(",")))
            .map(String::trim)
            .filter(wish -> !wish.isEmpty())
            .toList();
    if (wishes.isEmpty()) {
      return WireFormat.JSON;
    }
    return wishes.stream()
        .flatMap(
            wish ->
                Arrays.stream(WireFormat.values())
                    .filter(format -> format.subProtocol().equals(wish)))
        .findFirst()
        .orElseThrow(() -> unknown(wishes));
  }

  private static StreamException unknown(List<String> wishes) {
    String text = wishes.stream().limit(8).collect(Collectors.joining(", "));
    String cut = text.length() > SHOWN_LENGTH ? text.substring(0, SHOWN_LENGTH) + "..." : text;
    return new StreamException(
        ErrorCode.UNSUPPORTED_VERSION,
        "none of the WebSocket sub-protocols '"
            + cut.replaceAll("[^\\x20-\\x7e]", "?")
            + "' is spoken here; ask for "
            + String.join(" or ", names())
            + ", or for none to get the latter");
  }
}
