package io.millrace.endpoint;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;

/**
 * A WebSocket on a bare socket that takes nothing which RFC 6455 does not allow a server to send:
 * masked frames, reserved bits and opcodes, lengths in a longer form than needed, fragments out of
 * order, long or fragmented control frames, text that is no UTF-8, anything behind the close frame.
 *
 * <p>Threading: one thread; nothing is read but inside a call.
 */
public final class StrictWebSocket implements AutoCloseable {
  private static final int TIMEOUT_MS = 20_000;
  private static final int CONTINUATION = 0;
  private static final int TEXT = 1;
  private static final int BINARY = 2;
  private static final int CLOSE = 8;
  private static final int PING = 9;
  private static final int PONG = 10;

  private final Socket socket;
  private final DataInputStream in;
  private final List<String> pongs = new ArrayList<>();
  private int pings;
  private int closeCode;

  private StrictWebSocket(Socket socket) throws IOException {
    this.socket = socket;
    this.in = new DataInputStream(new BufferedInputStream(socket.getInputStream(), 1 << 16));
  }

  /**
   * Opens a WebSocket and reads no further than the answer to the handshake, or at most as much of
   * what follows as its buffers hold.
   */
  public static StrictWebSocket open(URI http, String subProtocol, int receiveBufferBytes) {
    Socket socket = new Socket();
    try {
      socket.setReceiveBufferSize(receiveBufferBytes);
      socket.setSoTimeout(TIMEOUT_MS);
      socket.connect(new InetSocketAddress(http.getHost(), http.getPort()), TIMEOUT_MS);
      StrictWebSocket opened = new StrictWebSocket(socket);
      String query = http.getRawQuery() == null ? "" : "?" + http.getRawQuery();
      String request =
          "GET %s%s HTTP/1.1\r\nHost: localhost:%d\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
              + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: c3RyaWN0IHdlYnNvY2tldA==\r\n"
              + "Sec-WebSocket-Protocol: %s\r\n\r\n";
      opened.write(ascii(request.formatted(http.getRawPath(), query, http.getPort(), subProtocol)));
      StringBuilder head = new StringBuilder();
      while (!head.toString().endsWith("\r\n\r\n")) {
        head.append((char) opened.in.readByte());
      }
      check(head.toString().startsWith("HTTP/1.1 101"), "no upgrade: " + head);
      return opened;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  private static void check(boolean fine, String otherwise) {
    if (!fine) {
      throw new AssertionError(otherwise);
    }
  }

  /** The next message that is no control frame; null if a close frame came instead. */
  public byte[] message() {
    return next(() -> false);
  }

  /** Reads until so many pings have come; passes over messages. */
  public void awaitPings(int count) {
    while (pings < count) {
      check(
          next(() -> pings >= count) != null, "closed with " + closeCode + " before the ping came");
    }
  }

  /** Reads until so many pongs have come; passes over messages. */
  public void awaitPongs(int count) {
    while (pongs.size() < count) {
      check(
          next(() -> pongs.size() >= count) != null,
          "closed with " + closeCode + " before the pong came");
    }
  }

  /** As {@link #message}, but returns an empty message when enough control frames have come. */
  private byte[] next(BooleanSupplier enough) {
    try {
      ByteArrayOutputStream message = new ByteArrayOutputStream();
      int kind = CONTINUATION;
      while (true) {
        int first = in.readUnsignedByte();
        boolean last = (first & 0x80) != 0;
        int opcode = first & 0x0F;
        check((first & 0x70) == 0, "reserved bits: " + first);
        byte[] payload = payload(opcode, last);
        if (opcode >= CLOSE) {
          if (!onControl(opcode, payload)) {
            check(kind == CONTINUATION, "the server closed in the middle of a message");
            return null;
          }
          if (enough.getAsBoolean()) {
            return new byte[0];
          }
          continue;
        }
        check(opcode <= BINARY, "opcode " + opcode);
        check((opcode == CONTINUATION) == (kind != CONTINUATION), "fragments out of order");
        kind = opcode == CONTINUATION ? kind : opcode;
        message.writeBytes(payload);
        if (last) {
          if (kind == TEXT) {
            requireUtf8(message.toByteArray());
          }
          return message.toByteArray();
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private byte[] payload(int opcode, boolean last) throws IOException {
    int second = in.readUnsignedByte();
    check((second & 0x80) == 0, "the server's frame is masked");
    long length = second;
    if (second == 126) {
      length = in.readUnsignedShort();
      check(length >= 126, "length " + length + " in two bytes");
    } else if (second == 127) {
      length = in.readLong();
      check(length > 0xFFFF, "length " + length + " in eight bytes");
    }
    check(opcode < CLOSE || (last && length <= 125), "a control frame of " + length + " bytes");
    byte[] payload = new byte[Math.toIntExact(length)];
    in.readFully(payload);
    return payload;
  }

  /** False if it was the last. */
  private boolean onControl(int opcode, byte[] payload) throws IOException {
    if (opcode == PING) {
      pings++;
      return true;
    }
    if (opcode == PONG) {
      pongs.add(new String(payload, StandardCharsets.US_ASCII));
      return true;
    }
    check(opcode == CLOSE, "opcode " + opcode);
    check(payload.length >= 2, "a close frame without a code");
    closeCode = ByteBuffer.wrap(payload).getShort();
    requireUtf8(java.util.Arrays.copyOfRange(payload, 2, payload.length));
    return false;
  }

  private static void requireUtf8(byte[] bytes) throws CharacterCodingException {
    var unused = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
  }

  /** The end of the stream must come, and nothing before it. */
  public void requireEnd() {
    try {
      check(in.read() == -1, "something came behind the close frame");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public StrictWebSocket ping(String payload) {
    return send(0x80 | PING, ascii(payload));
  }

  /** A fragment of a text, the first or a later one. */
  public StrictWebSocket fragment(boolean first, String payload, boolean last) {
    return send((last ? 0x80 : 0) | (first ? TEXT : CONTINUATION), ascii(payload));
  }

  public StrictWebSocket sendClose(int code, String reason) {
    ByteBuffer payload = ByteBuffer.allocate(2 + reason.length());
    return send(0x80 | CLOSE, payload.putShort((short) code).put(ascii(reason)).array());
  }

  /** Writes this ping many times, without reading. */
  public Flood floodOfPings(String payload, int count) {
    return flood(frame(0x80 | PING, ascii(payload)), count);
  }

  /** Writes this text many times, without reading. */
  public Flood floodOfTexts(String payload, int count) {
    return flood(frame(0x80 | TEXT, ascii(payload)), count);
  }

  private Flood flood(byte[] frame, int count) {
    try {
      return new Flood(socket.getOutputStream(), frame, count);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static byte[] frame(int first, byte[] payload) {
    check(payload.length <= 0xFFFF, "longer than this client writes");
    boolean isShort = payload.length < 126;
    byte[] mask = {17, 42, 99, -7};
    ByteBuffer frame = ByteBuffer.allocate((isShort ? 6 : 8) + payload.length);
    frame.put((byte) first).put((byte) (0x80 | (isShort ? payload.length : 126)));
    if (!isShort) {
      frame.putShort((short) payload.length);
    }
    frame.put(mask);
    for (int i = 0; i < payload.length; i++) {
      frame.put((byte) (payload[i] ^ mask[i % 4]));
    }
    return frame.array();
  }

  private StrictWebSocket send(int first, byte[] payload) {
    try {
      write(frame(first, payload));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return this;
  }

  private void write(byte[] bytes) throws IOException {
    socket.getOutputStream().write(bytes);
  }

  /** Pings that came. */
  public int pings() {
    return pings;
  }

  /** The payloads of the pongs that came. */
  public List<String> pongs() {
    return pongs;
  }

  /** 0 before a close frame came. */
  public int closeCode() {
    return closeCode;
  }

  @Override
  public void close() {
    try {
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
