package io.millrace.endpoint.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.message.ApiMessageType;
import org.apache.kafka.common.message.ApiVersionsRequestData;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Memory is reserved for a request from its length on until its last byte is let go. */
@Timeout(60)
final class KafkaRequestMemoryIT {
  private static final long MEMORY_BYTES = 65_536;

  private static byte[] versionsAsked() {
    byte[] request =
        RawKafkaClient.frame(ApiMessageType.API_VERSIONS, 0, 7, new ApiVersionsRequestData());
    return ByteBuffer.allocate(Integer.BYTES + request.length)
        .putInt(request.length)
        .put(request)
        .array();
  }

  @Test
  void shouldGiveMemoryBackWhileAPeerAlwaysLeavesHalfARequestBehind() throws Exception {
    try (KafkaFixture fixture = new KafkaFixture(MEMORY_BYTES)) {
      try (RawKafkaClient dribbler = fixture.connect()) {
        // given
        byte[] request = versionsAsked();
        int half = request.length / 2;
        byte[] rest = Arrays.copyOfRange(request, half, request.length);
        byte[] restAndHead = Arrays.copyOf(rest, request.length);
        System.arraycopy(request, 0, restAndHead, rest.length, half);
        dribbler.sendRaw(Arrays.copyOf(request, half));

        for (int i = 0; i < 3_000; i++) {
          // when
          dribbler.sendRaw(restAndHead);
          dribbler.receive(ApiMessageType.API_VERSIONS, 0, 7);

          // then
          assertThat(fixture.memory.reservedBytes()).isLessThanOrEqualTo(request.length);
        }
      }
      KafkaFixture.until(() -> fixture.limits.openNow() == 0);
      KafkaFixture.until(() -> fixture.memory.reservedBytes() == 0);
    }
  }

  @Test
  void shouldAnswerManyTimesAsManyRequestsAsThereIsMemoryFor() throws Exception {
    try (KafkaFixture fixture = new KafkaFixture(1_024);
        RawKafkaClient client = fixture.connect()) {
      // given
      byte[] request = versionsAsked();
      int atOnce = 200;
      ByteBuffer many = ByteBuffer.allocate(atOnce * request.length);
      for (int i = 0; i < atOnce; i++) {
        many.put(request);
      }

      for (int round = 0; round < 20; round++) {
        // when
        client.sendRaw(many.array());
        for (int i = 0; i < atOnce; i++) {
          client.receive(ApiMessageType.API_VERSIONS, 0, 7);
        }

        // then
        KafkaFixture.until(() -> fixture.memory.reservedBytes() == 0);
      }
    }
  }

  @Test
  void shouldEndARequestThatOnlyDribblesIn() throws Exception {
    try (KafkaFixture fixture =
            new KafkaFixture(MEMORY_BYTES, "socket.request.receive.timeout.ms", "300");
        RawKafkaClient dribbler = fixture.connect();
        RawKafkaClient other = fixture.connect()) {
      // given
      dribbler.sendRaw(versionsAsked());
      dribbler.receive(ApiMessageType.API_VERSIONS, 0, 7);
      other.sendRaw(versionsAsked());
      long begunNanos = System.nanoTime();
      dribbler.sendRaw(ByteBuffer.allocate(Integer.BYTES).putInt((int) MEMORY_BYTES).array());

      // when
      dribble(dribbler, begunNanos);
      KafkaFixture.until(() -> fixture.limits.openNow() == 1);

      // then
      assertThat(System.nanoTime() - begunNanos).isGreaterThan(TimeUnit.MILLISECONDS.toNanos(200));
      other.receive(ApiMessageType.API_VERSIONS, 0, 7);
      KafkaFixture.until(() -> fixture.memory.reservedBytes() == 0);
    }
  }

  @Test
  void shouldNotKeepTheRequestsOfAClientForEverThatReadsNoAnswers() throws Exception {
    try (KafkaFixture fixture =
            new KafkaFixture(
                "connections.max.idle.ms", "1000", "connection.outstanding.bytes", "1024");
        RawKafkaClient greedy = fixture.connect()) {
      // given
      byte[] request = versionsAsked();

      // when
      // It stalls when all buffers are full, and fails when the server has closed.
      assertThatThrownBy(
              () -> {
                while (true) {
                  greedy.sendRaw(request);
                }
              })
          .isInstanceOf(SocketException.class);

      // then
      KafkaFixture.until(() -> fixture.limits.openNow() == 0);
      KafkaFixture.until(() -> fixture.memory.reservedBytes() == 0);
    }
  }

  /** Sends about a byte a millisecond until the other side closes. */
  private static void dribble(RawKafkaClient client, long begunNanos) throws IOException {
    int sent = 0;
    try {
      while (sent < MEMORY_BYTES - 1) {
        if (sent < (System.nanoTime() - begunNanos) / TimeUnit.MILLISECONDS.toNanos(1)) {
          client.sendRaw(new byte[1]);
          sent++;
        }
      }
    } catch (SocketException e) {
      return;
    }
    throw new AssertionError("a frame of which only bits came was waited for");
  }
}
