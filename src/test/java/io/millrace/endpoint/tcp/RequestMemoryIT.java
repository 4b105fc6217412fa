package io.millrace.endpoint.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.endpoint.Flood;
import io.millrace.protocol.stream.message.Ping;
import io.millrace.protocol.stream.message.Pong;
import io.millrace.protocol.stream.message.Produced;
import java.io.IOException;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Memory is reserved for a frame from its length on until its last byte is let go. */
@Timeout(60)
final class RequestMemoryIT {
  private static final long MEMORY_BYTES = 65_536;

  @Test
  void shouldGiveMemoryBackWhileAPeerAlwaysLeavesHalfAFrameBehind() throws IOException {
    try (TcpFixture fixture = new TcpFixture(MEMORY_BYTES);
        RawClient dribbler = RawClient.greeted(fixture.port())) {
      // given
      byte[] ping = dribbler.frame(new Ping(7L));
      int half = Integer.BYTES + 1;
      byte[] head = Arrays.copyOf(ping, half);
      byte[] restAndHead = Arrays.copyOf(Arrays.copyOfRange(ping, half, ping.length), ping.length);
      System.arraycopy(ping, 0, restAndHead, ping.length - half, half);
      dribbler.sendBytes(head);

      for (int i = 0; i < 2_000; i++) {
        // when
        dribbler.sendBytes(restAndHead);
        assertThat(dribbler.read()).isEqualTo(new Pong(7L));

        // then
        assertThat(fixture.memory.reservedBytes()).isLessThanOrEqualTo(ping.length);
      }
    }
  }

  @Test
  void shouldHoldNothingForSmallFramesThatAreAnswered() throws IOException {
    try (TcpFixture fixture = new TcpFixture(MEMORY_BYTES)) {
      int count = 100_000;
      try (RawClient client = RawClient.greeted(fixture.port());
          RawClient other = RawClient.greeted(fixture.port())) {
        // given
        byte[] ping = client.frame(new Ping(7L));

        // when
        Flood flood = new Flood(client.socket.getOutputStream(), ping, count);
        for (int i = 0; i < count; i++) {
          assertThat(client.read()).isEqualTo(new Pong(7L));
        }
        flood.join();
        client.sendBytes(Arrays.copyOf(ping, ping.length - 1));
        other.send(new Ping(8L));
        assertThat(other.read()).isEqualTo(new Pong(8L));

        // then
        assertThat(fixture.memory.reservedBytes()).isLessThanOrEqualTo(ping.length);
      }
      TcpFixture.until(() -> fixture.limits.openNow() == 0);
      assertThat(fixture.memory.reservedBytes()).isZero();
    }
  }

  @Test
  void shouldGiveTheMemoryOfProducedRecordsBack() throws IOException {
    try (TcpFixture fixture = new TcpFixture(MEMORY_BYTES);
        RawClient client = RawClient.greeted(fixture.port())) {
      for (int i = 0; i < 500; i++) {
        // when
        client.produce(i, "t", "x".repeat(1_000));
        client.produce(i, "t", "x".repeat(1_000));
        client.read(Produced.class);
        client.read(Produced.class);
      }

      // then
      TcpFixture.until(() -> fixture.memory.reservedBytes() == 0);
    }
  }

  @Test
  void shouldServeOthersWhileManyPeersLeaveHalfAFrameBehindAndWhenTheyGo() throws IOException {
    try (TcpFixture fixture = new TcpFixture(MEMORY_BYTES);
        RawClient other = RawClient.greeted(fixture.port())) {
      RawClient[] halves = new RawClient[100];
      for (int i = 0; i < halves.length; i++) {
        halves[i] = RawClient.greeted(fixture.port());
        byte[] ping = halves[i].frame(new Ping(7L));

        // when
        halves[i].sendBytes(ping);
        halves[i].sendBytes(Arrays.copyOf(ping, ping.length - 1));
        assertThat(halves[i].read()).isEqualTo(new Pong(7L));
      }

      // then
      other.send(new Ping(1L));
      assertThat(other.read()).isEqualTo(new Pong(1L));
      for (RawClient half : halves) {
        half.close();
      }
      TcpFixture.until(() -> fixture.limits.openNow() == 1);
      TcpFixture.until(() -> fixture.memory.reservedBytes() == 0);
    }
  }

  @Test
  void shouldEndAFrameThatOnlyDribblesIn() throws IOException {
    try (TcpFixture fixture =
            new TcpFixture(MEMORY_BYTES, "socket.request.receive.timeout.ms", "300");
        RawClient dribbler = RawClient.greeted(fixture.port());
        RawClient other = RawClient.greeted(fixture.port())) {
      // given
      long begunNanos = System.nanoTime();
      dribbler.sendBytes(ByteBuffer.allocate(Integer.BYTES).putInt((int) MEMORY_BYTES).array());
      TcpFixture.until(() -> fixture.memory.reservedBytes() == MEMORY_BYTES);

      // when
      other.send(new Ping(1L));
      dribble(dribbler, begunNanos);
      TcpFixture.until(() -> fixture.limits.openNow() == 1);

      // then
      assertThat(other.read()).isEqualTo(new Pong(1L));
      assertThat(System.nanoTime() - begunNanos).isGreaterThan(TimeUnit.MILLISECONDS.toNanos(200));
      TcpFixture.until(() -> fixture.memory.reservedBytes() == 0);
    }
  }

  /** Sends about a byte a millisecond until the other side closes. */
  private static void dribble(RawClient client, long begunNanos) throws IOException {
    int sent = 0;
    try {
      while (sent < MEMORY_BYTES - 1) {
        if (sent < (System.nanoTime() - begunNanos) / TimeUnit.MILLISECONDS.toNanos(1)) {
          client.socket.getOutputStream().write(0);
          sent++;
        }
      }
    } catch (SocketException e) {
      return;
    }
    throw new AssertionError("a frame of which only bits came was waited for");
  }
}
