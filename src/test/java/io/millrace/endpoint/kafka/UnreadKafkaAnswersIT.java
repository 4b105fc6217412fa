package io.millrace.endpoint.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.endpoint.Flood;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.apache.kafka.common.message.ApiMessageType;
import org.apache.kafka.common.message.ApiVersionsRequestData;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A Kafka client that asks and asks and never reads the answers. */
@Timeout(120)
final class UnreadKafkaAnswersIT {
  private static final int COUNT = 40_000;
  private static final int BUFFER_BYTES = 65_536;

  /** The kernel doubles what it is asked for; there are four buffers, two each way. */
  private static final int KERNEL_BYTES = 8 * BUFFER_BYTES;

  @TempDir private Path data;

  @Test
  void shouldTakeNoMoreRequestsThanTheClientReadsAnswers() throws Exception {
    // given
    String buffer = Integer.toString(BUFFER_BYTES);
    byte[] request =
        RawKafkaClient.frame(ApiMessageType.API_VERSIONS, 0, 7, new ApiVersionsRequestData());
    try (KafkaBroker broker =
            new KafkaBroker(
                data,
                "connection.outstanding.bytes",
                buffer,
                "socket.send.buffer.bytes",
                buffer,
                "socket.receive.buffer.bytes",
                buffer);
        RawKafkaClient other = new RawKafkaClient("127.0.0.1", broker.port());
        Socket greedy = new Socket()) {
      greedy.setReceiveBufferSize(BUFFER_BYTES);
      greedy.setSendBufferSize(BUFFER_BYTES);
      greedy.connect(new InetSocketAddress("127.0.0.1", broker.port()));
      greedy.setSoTimeout((int) KafkaBroker.TIMEOUT_MS);
      int answerBytes = ask(other, request);

      // when
      Flood flood = new Flood(greedy.getOutputStream(), framed(request), COUNT);
      int written = flood.awaitStall(() -> ask(other, request));

      // then
      // What is written and not yet answered is at most what the kernel's buffers hold.
      int requestsUnderWay = KERNEL_BYTES / framed(request).length;
      int answersUnread = (BUFFER_BYTES + KERNEL_BYTES) / answerBytes;
      assertThat(written).isLessThan(requestsUnderWay + answersUnread).isLessThan(COUNT);
      DataInputStream in = new DataInputStream(new BufferedInputStream(greedy.getInputStream()));
      for (int i = 0; i < COUNT; i++) {
        byte[] answer = new byte[in.readInt()];
        in.readFully(answer);
        assertThat(ByteBuffer.wrap(answer).getInt()).isEqualTo(7);
      }
      flood.join();
    }
  }

  private static byte[] framed(byte[] request) {
    ByteArrayOutputStream framed = new ByteArrayOutputStream();
    framed.writeBytes(ByteBuffer.allocate(Integer.BYTES).putInt(request.length).array());
    framed.writeBytes(request);
    return framed.toByteArray();
  }

  private static int ask(RawKafkaClient client, byte[] request) throws IOException {
    client.send(request);
    return client.receiveFrame().length;
  }
}
