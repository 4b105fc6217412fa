package io.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What {@code bench fanout --system nats} sends, and what it makes of the answers. */
@Timeout(30)
final class FanoutNatsIT {
  private final List<String> commands = new CopyOnWriteArrayList<>();
  private ServerSocket server;

  @BeforeEach
  void listen() throws IOException {
    server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
  }

  @AfterEach
  void close() throws IOException {
    server.close();
  }

  /** A server that gives these answers to what is published, one after the other. */
  private FanoutNats connect(String... answers) {
    CompletableFuture.runAsync(
        () -> {
          try (Socket socket = server.accept()) {
            serve(socket, answers);
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        });
    return FanoutNats.open(
        new InetSocketAddress(server.getInetAddress(), server.getLocalPort()), "events");
  }

  private void serve(Socket socket, String... answers) throws IOException {
    write(socket, "INFO {}\r\nPING\r\n");
    BufferedReader in =
        new BufferedReader(
            new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));
    int answered = 0;
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      commands.add(line);
      if (line.startsWith("PUB ")) {
        commands.add(in.readLine());
        String answer = answers[answered++];
        write(socket, "MSG _INBOX.fanout 1 " + answer.length() + "\r\n" + answer + "\r\n");
      }
    }
  }

  private static void write(Socket socket, String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
  }

  @Test
  void shouldMakeAStreamAndWaitForWhatItAcknowledges() {
    // given
    try (FanoutNats nats = connect("{\"type\":\"created\"}", "{\"seq\":1}")) {
      // when
      nats.send(0, "landed".getBytes(StandardCharsets.US_ASCII));
      nats.flush();

      // then
      assertThat(commands)
          .containsSubsequence("SUB _INBOX.fanout 1", "PUB events _INBOX.fanout 6", "landed")
          .anyMatch(line -> line.startsWith("PUB $JS.API.STREAM.CREATE.FANOUT _INBOX.fanout "))
          .anyMatch(line -> line.contains("\"subjects\":[\"events\"]"));
    }
  }

  @Test
  void shouldFailWhenAMessageIsRefused() {
    // given
    try (FanoutNats nats = connect("{}", "{\"error\":{\"code\":503}}")) {
      // when
      nats.send(0, new byte[0]);

      // then
      assertThatThrownBy(nats::flush).hasMessageContaining("503");
    }
  }

  @Test
  void shouldSubscribeToTheSubjectOrAsAConsumerOfTheStream() {
    // given
    InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), 1);

    // when
    String subscriber = greeting(FanoutNats.target(address, "events", false));
    String consumer = greeting(FanoutNats.target(address, "events", true));

    // then
    assertThat(subscriber).endsWith("SUB events 1\r\n");
    assertThat(consumer)
        .contains("SUB fanout.deliver.7 1\r\nPUB $JS.API.CONSUMER.CREATE.FANOUT ")
        .contains("\"deliver_policy\":\"new\"");
  }

  private static String greeting(FanoutTarget target) {
    return new String(target.greeting().apply(7), StandardCharsets.ISO_8859_1);
  }
}
