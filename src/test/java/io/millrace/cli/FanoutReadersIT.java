package io.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.model.StreamException;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The consumers of {@code bench fanout} against a server that errs. */
@Timeout(30)
final class FanoutReadersIT {
  private static final String SWITCHING = "HTTP/1.1 101 Switching Protocols\r\n\r\n";
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(20);
  private static final long IMPATIENCE_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

  private final FanoutMarker marker = new FanoutMarker(7);
  private ServerSocket server;

  /** What the server does with its one connection once the request has been read. */
  private interface Script {
    void run(Socket socket) throws IOException;
  }

  @BeforeEach
  void listen() throws IOException {
    server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
  }

  @AfterEach
  void close() throws IOException {
    server.close();
  }

  private FanoutReaders connect(Script script) throws IOException {
    CompletableFuture.runAsync(
        () -> {
          try {
            Socket socket = server.accept();
            DataInputStream in = new DataInputStream(socket.getInputStream());
            StringBuilder request = new StringBuilder();
            while (!request.toString().endsWith("\r\n\r\n")) {
              request.append((char) in.readByte());
            }
            script.run(socket);
          } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
          }
        });
    InetSocketAddress address =
        new InetSocketAddress(server.getInetAddress(), server.getLocalPort());
    FanoutTarget target = FanoutTarget.topic(address, "t", "millrace.json.v1", 1);
    return FanoutReaders.open(1, 1, target, marker);
  }

  private byte[] message(long sequence) {
    return frame(0x81, marker.value(sequence, System.nanoTime(), 200));
  }

  private static byte[] frame(int first, byte[] payload) {
    ByteArrayOutputStream frame = new ByteArrayOutputStream();
    frame.write(first);
    if (payload.length < 126) {
      frame.write(payload.length);
    } else {
      frame.write(126);
      frame.write(payload.length >> 8);
      frame.write(payload.length);
    }
    frame.writeBytes(payload);
    return frame.toByteArray();
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  @Test
  void shouldCountWhatIsLostAndWhatComesTwice() throws Exception {
    // given
    CompletableFuture<Socket> connected = new CompletableFuture<>();
    try (FanoutReaders readers =
        connect(
            socket -> {
              socket.getOutputStream().write(ascii(SWITCHING));
              connected.complete(socket);
            })) {
      readers.measureFrom(5);

      // when
      for (long sequence : new long[] {4, 5, 6, 9, 9, 8, 10}) {
        connected.get().getOutputStream().write(message(sequence));
      }
      readers.awaitDeliveries(4, PATIENCE_NANOS);
      readers.end();

      // then
      assertThat(readers.joined()).isEqualTo(1);
      assertThat(readers.delivered()).isEqualTo(4);
      assertThat(readers.missed()).isEqualTo(2);
      assertThat(readers.repeated()).isEqualTo(2);
      assertThat(readers.latencyUs().getTotalCount()).isEqualTo(4);
      FanoutResult result = FanoutResult.of(readers, 1, 6, 0, 1, new BrokerCost(false, 0, 0), 0);
      assertThat(result.lost()).isEqualTo(2);
      assertThat(result.isComplete()).isFalse();
    }
  }

  @Test
  void shouldReadFramesThatComeByteByByteAndAnswerPings() throws Exception {
    // given
    CompletableFuture<Void> measuring = new CompletableFuture<>();
    CompletableFuture<String> pong = new CompletableFuture<>();
    try (FanoutReaders readers =
        connect(
            socket -> {
              socket.setTcpNoDelay(true);
              socket.getOutputStream().write(ascii(SWITCHING));
              ByteArrayOutputStream all = new ByteArrayOutputStream();
              all.writeBytes(message(0));
              all.writeBytes(frame(0x89, ascii("hi")));
              all.writeBytes(message(1));
              measuring.join();
              for (byte one : all.toByteArray()) {
                socket.getOutputStream().write(one);
              }
              byte[] answer = socket.getInputStream().readNBytes(8);
              pong.complete(new String(answer, StandardCharsets.ISO_8859_1));
            })) {
      readers.measureFrom(0);
      measuring.complete(null);

      // when
      readers.awaitDeliveries(2, PATIENCE_NANOS);

      // then
      assertThat(readers.delivered()).isEqualTo(2);
      assertThat(pong.get(20, TimeUnit.SECONDS)).isEqualTo("\u008a\u0082\0\0\0\0hi");
      readers.requireHealthy();
      readers.awaitDeliveries(3, IMPATIENCE_NANOS);
      assertThat(readers.missed() + readers.repeated()).isZero();
    }
  }

  @Test
  void shouldFailWhenAConnectionEnds() throws Exception {
    // when
    try (FanoutReaders readers =
        connect(
            socket -> {
              socket.getOutputStream().write(ascii(SWITCHING));
              socket.getOutputStream().write(frame(0x88, ascii("\u000f\u00bbtoo slow")));
            })) {
      // then
      assertThatThrownBy(() -> readers.awaitDeliveries(1, PATIENCE_NANOS))
          .hasMessageContaining("a consumer failed")
          .hasMessageContaining("too slow");
    }
  }

  @Test
  void shouldRefuseFramesThatAServerMustNotSend() throws Exception {
    for (byte[] wrong :
        new byte[][] {{(byte) 0x81, (byte) 0x80, 0, 0, 0, 0}, {(byte) 0xC1, 0}, {(byte) 0x83, 0}}) {
      // when
      try (FanoutReaders readers =
          connect(
              socket -> {
                socket.getOutputStream().write(ascii(SWITCHING));
                socket.getOutputStream().write(wrong);
              })) {
        // then
        assertThatThrownBy(() -> readers.awaitDeliveries(1, PATIENCE_NANOS))
            .hasMessageContaining("a frame");
      }
    }
  }

  @Test
  void shouldSayWhyNoWebSocketWasOpened() {
    assertThatThrownBy(
            () ->
                connect(
                    socket -> {
                      socket.getOutputStream().write(ascii("HTTP/1.1 404 Not Found\r\n\r\nnone"));
                      socket.close();
                    }))
        .isInstanceOf(StreamException.class)
        .hasMessageContaining("404 Not Found");
  }
}
