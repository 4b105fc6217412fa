package io.millrace.cli;

import io.millrace.model.ErrorCode;
import io.millrace.model.StreamException;
import java.io.EOFException;
import java.io.IOException;
import java.net.ProtocolException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * One WebSocket of {@code bench fanout} (RFC 6455): subscribes to what comes from now on, checks
 * the header of every frame, and looks into it for messages of the run. It knows only what it
 * needs: a server's frames are not masked and not fragmented.
 *
 * <p>Threading: opened on the command's thread, then its reader's.
 */
final class FanoutSocket {
  private static final int HANDSHAKE_TIMEOUT_MS = 10_000;
  private static final int MAX_RESPONSE_BYTES = 16_384;
  private static final int TEXT = 1;
  private static final int BINARY = 2;
  private static final int CLOSE = 8;
  private static final int PING = 9;
  private static final int PONG = 10;
  private static final byte[] END_OF_HEAD = {'\r', '\n', '\r', '\n'};
  private static final long UNKNOWN = -1;

  private final SocketChannel channel;
  private final FanoutMarker marker;
  private final FanoutTally tally;
  private final int dataOpcode;

  /** By partition: the number of its message that comes next. */
  private final long[] next;

  private byte[] rest = {};

  private FanoutSocket(
      SocketChannel channel,
      FanoutMarker marker,
      FanoutTally tally,
      int dataOpcode,
      int partitions) {
    this.channel = channel;
    this.marker = marker;
    this.tally = tally;
    this.dataOpcode = dataOpcode;
    this.next = new long[partitions];
    Arrays.fill(next, UNKNOWN);
  }

  /**
   * Connects and subscribes.
   *
   * @param number of this consumer
   * @throws StreamException CONNECTION_LOST if nobody listens; INVALID_REQUEST if the server does
   *     not upgrade the connection
   */
  static FanoutSocket open(FanoutTarget target, int number, FanoutMarker marker, FanoutTally tally)
      throws IOException {
    SocketChannel channel = SocketChannel.open();
    try {
      connect(channel, target);
      FanoutSocket socket =
          new FanoutSocket(
              channel, marker, tally, target.text() ? TEXT : BINARY, target.partitions());
      socket.shakeHands(target);
      channel.socket().getOutputStream().write(target.greeting().apply(number));
      channel.configureBlocking(false);
      return socket;
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  private static void connect(SocketChannel channel, FanoutTarget target) {
    try {
      channel.socket().connect(target.address(), HANDSHAKE_TIMEOUT_MS);
    } catch (IOException e) {
      throw new StreamException(
          ErrorCode.CONNECTION_LOST,
          "no broker answers HTTP at "
              + target.address().getHostString()
              + ":"
              + target.address().getPort()
              + " ("
              + e.getMessage()
              + "); say where it is with --http",
          e);
    }
  }

  private void shakeHands(FanoutTarget target) throws IOException {
    channel.socket().setSoTimeout(HANDSHAKE_TIMEOUT_MS);
    channel.socket().getOutputStream().write(target.request().getBytes(StandardCharsets.US_ASCII));
    byte[] bytes = new byte[MAX_RESPONSE_BYTES];
    int size = 0;
    int end = -1;
    while (end < 0) {
      int count = channel.socket().getInputStream().read(bytes, size, bytes.length - size);
      if (count <= 0) {
        throw refused(bytes, size);
      }
      size += count;
      end = endOfHead(bytes, size);
    }
    if (!new String(bytes, 0, 12, StandardCharsets.US_ASCII).equals("HTTP/1.1 101")) {
      throw refused(bytes, size);
    }
    rest = Arrays.copyOfRange(bytes, end, size);
  }

  private static StreamException refused(byte[] bytes, int size) {
    String answer = new String(bytes, 0, size, StandardCharsets.UTF_8).strip();
    return new StreamException(
        ErrorCode.INVALID_REQUEST,
        "the server did not open a WebSocket, it answered: "
            + (answer.isEmpty() ? "nothing" : answer.replaceAll("\\s+", " ")));
  }

  private static int endOfHead(byte[] bytes, int size) {
    for (int i = 0; i + END_OF_HEAD.length <= size; i++) {
      if (Arrays.equals(bytes, i, i + END_OF_HEAD.length, END_OF_HEAD, 0, END_OF_HEAD.length)) {
        return i + END_OF_HEAD.length;
      }
    }
    return -1;
  }

  SocketChannel channel() {
    return channel;
  }

  /**
   * Takes what the socket has.
   *
   * @param bytes scratch memory, shared with other sockets between calls; must hold the largest
   *     frame
   * @throws IOException if the connection ended, or a frame is not as it must be
   */
  void read(byte[] bytes) throws IOException {
    ByteBuffer buffer = ByteBuffer.wrap(bytes).put(rest);
    int count = channel.read(buffer);
    if (count < 0) {
      throw new EOFException("the server closed a consumer's connection");
    }
    long nowNanos = System.nanoTime();
    int size = buffer.position();
    int at = 0;
    for (int end = frame(bytes, at, size, nowNanos);
        end > 0;
        end = frame(bytes, at, size, nowNanos)) {
      at = end;
    }
    if (at == 0 && size == bytes.length) {
      throw new ProtocolException("a frame is larger than " + bytes.length + " bytes");
    }
    rest = at == size && rest.length == 0 ? rest : Arrays.copyOfRange(bytes, at, size);
  }

  /** The end of the frame at an index; -1 if it has not come completely. */
  private int frame(byte[] bytes, int at, int size, long nowNanos) throws IOException {
    if (size - at < 2) {
      return -1;
    }
    int length = bytes[at + 1];
    int headBytes = length < 126 ? 2 : length == 126 ? 4 : 10;
    if (length < 0) {
      throw new ProtocolException("a frame of the server is masked");
    }
    if (size - at < headBytes) {
      return -1;
    }
    long payloadBytes = length;
    if (headBytes > 2) {
      payloadBytes = 0;
      for (int i = 2; i < headBytes; i++) {
        payloadBytes = (payloadBytes << 8) | (bytes[at + i] & 0xFF);
      }
    }
    if (payloadBytes < 0 || payloadBytes > bytes.length - headBytes) {
      throw new ProtocolException("a frame has " + payloadBytes + " bytes");
    }
    int from = at + headBytes;
    if (size - from < payloadBytes) {
      return -1;
    }
    int end = from + (int) payloadBytes;
    onFrame(bytes[at] & 0xFF, bytes, from, end, nowNanos);
    return end;
  }

  private void onFrame(int first, byte[] bytes, int from, int end, long nowNanos)
      throws IOException {
    int opcode = first & 0x0F;
    if ((first & 0xF0) != 0x80) {
      throw new ProtocolException("a frame begins with byte " + first + ", expected a final one");
    }
    if (opcode == dataOpcode) {
      for (int at = marker.find(bytes, from, end);
          at >= 0;
          at = marker.find(bytes, at + FanoutMarker.SIZE_BYTES, end)) {
        onMessage(FanoutMarker.sequence(bytes, at), FanoutMarker.dueNanos(bytes, at), nowNanos);
      }
    } else if (opcode == PING) {
      answerPing(bytes, from, end);
    } else if (opcode == CLOSE) {
      int text = Math.min(end, from + 2);
      throw new EOFException(
          "the server ended a consumer's connection: "
              + new String(bytes, text, end - text, StandardCharsets.UTF_8));
    } else if (opcode != PONG) {
      throw new ProtocolException("a frame with opcode " + opcode + " came");
    }
  }

  private void onMessage(long sequence, long dueNanos, long nowNanos) {
    int partition = (int) (sequence % next.length);
    long number = sequence / next.length;
    long expected = next[partition];
    if (expected == UNKNOWN) {
      tally.onJoined();
      expected = number;
    }
    if (number < expected) {
      tally.onRepeated();
      return;
    }
    next[partition] = number + 1;
    tally.onNext(sequence, dueNanos, nowNanos, number - expected);
  }

  /** With an empty mask, which is a mask too. */
  private void answerPing(byte[] bytes, int from, int end) throws IOException {
    ByteBuffer pong = ByteBuffer.allocate(6 + end - from);
    pong.put((byte) (0x80 | PONG)).put((byte) (0x80 | end - from)).putInt(0);
    pong.put(bytes, from, end - from).flip();
    if (channel.write(pong) < pong.limit()) {
      throw new IOException("the server does not take an answer to its ping");
    }
  }
}
