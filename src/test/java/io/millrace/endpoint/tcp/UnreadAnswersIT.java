package io.millrace.endpoint.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.endpoint.Flood;
import io.millrace.protocol.stream.message.GetMetadata;
import io.millrace.protocol.stream.message.MetadataReply;
import io.millrace.protocol.stream.message.Ping;
import io.millrace.protocol.stream.message.Pong;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.List;
import org.apache.avro.specific.SpecificRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A client that asks and asks and never reads the answers. */
@Timeout(120)
final class UnreadAnswersIT {
  private static final int COUNT = 200_000;
  private static final int OUTSTANDING_BYTES = 131_072;
  private static final int BUFFER_BYTES = 32_768;

  /** The kernel doubles what it is asked for; on the way out there are two buffers. */
  private static final int KERNEL_BYTES = 4 * BUFFER_BYTES;

  private static TcpFixture fixture() {
    String buffer = Integer.toString(BUFFER_BYTES);
    return new TcpFixture(
        "connection.outstanding.bytes",
        Integer.toString(OUTSTANDING_BYTES),
        "socket.send.buffer.bytes",
        buffer,
        "socket.receive.buffer.bytes",
        buffer);
  }

  private static RawClient connect(TcpFixture fixture) throws IOException {
    Socket socket = new Socket();
    socket.setReceiveBufferSize(BUFFER_BYTES);
    socket.setSendBufferSize(BUFFER_BYTES);
    socket.connect(new InetSocketAddress("127.0.0.1", fixture.port()));
    return RawClient.greeted(socket);
  }

  @Test
  void shouldTakeNoMoreRequestsThanTheClientReadsAnswers() throws IOException {
    try (TcpFixture fixture = fixture();
        RawClient greedy = connect(fixture);
        RawClient other = RawClient.greeted(fixture.port())) {
      // given
      GetMetadata request = new GetMetadata(1L, List.of("t"));
      other.send(request);
      MetadataReply reply = other.read(MetadataReply.class);
      int replyBytes = other.frame(reply).length;
      long before = fixture.metadata.imageReads();

      // when
      Flood flood = new Flood(greedy.socket.getOutputStream(), greedy.frame(request), COUNT);
      TcpFixture.until(
          () -> (fixture.metadata.imageReads() - before) * replyBytes > OUTSTANDING_BYTES);
      flood.awaitStall(() -> ping(other));
      long answered = fixture.metadata.imageReads() - before;

      // then
      assertThat(answered * replyBytes)
          .isLessThan(2 * OUTSTANDING_BYTES + KERNEL_BYTES + replyBytes);
      readAll(greedy, reply);
      flood.join();
      ping(greedy);
    }
  }

  @Test
  void shouldTakeNoMorePingsThanTheClientReadsPongs() throws IOException {
    try (TcpFixture fixture = fixture();
        RawClient greedy = connect(fixture);
        RawClient other = RawClient.greeted(fixture.port())) {
      // given
      byte[] ping = greedy.frame(new Ping(7L));

      // when
      Flood flood = new Flood(greedy.socket.getOutputStream(), ping, COUNT);
      int written = flood.awaitStall(() -> ping(other));

      // then
      assertThat((long) written * ping.length).isLessThan(2 * OUTSTANDING_BYTES + 4 * KERNEL_BYTES);
      readAll(greedy, new Pong(7L));
      flood.join();
      ping(greedy);
    }
  }

  @Test
  void shouldLetGoOfEverythingWhenTheClientGoesWithoutReading() throws IOException {
    try (TcpFixture fixture = fixture();
        RawClient greedy = connect(fixture);
        RawClient other = RawClient.greeted(fixture.port())) {
      // given
      Flood flood = new Flood(greedy.socket.getOutputStream(), greedy.frame(new Ping(7L)), COUNT);
      flood.awaitStall(() -> ping(other));

      // when
      greedy.socket.close();

      // then
      TcpFixture.until(() -> fixture.limits.openNow() == 1);
      TcpFixture.until(() -> fixture.memory.reservedBytes() == 0);
    }
  }

  private static void readAll(RawClient client, SpecificRecord answer) throws IOException {
    for (int i = 0; i < COUNT; i++) {
      SpecificRecord came = client.read();
      if (!came.equals(answer)) {
        throw new AssertionError("as answer " + i + " came " + came);
      }
    }
  }

  private static void ping(RawClient client) throws IOException {
    client.send(new Ping(1L));
    assertThat(client.read()).isEqualTo(new Pong(1L));
  }
}
