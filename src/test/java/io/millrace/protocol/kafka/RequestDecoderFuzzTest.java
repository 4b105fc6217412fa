package io.millrace.protocol.kafka;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.millrace.model.StreamException;
import java.nio.ByteBuffer;
import org.apache.kafka.common.message.ApiMessageType;

/**
 * Any bytes as a request: it is read or refused with a reason, and never reaches beyond its frame.
 * The seeds are requests of Kafka's own clients as they were sent.
 */
final class RequestDecoderFuzzTest {
  private final RequestDecoder decoder = new RequestDecoder(10_000);

  @FuzzTest
  void shouldReadOrRefuseAnyRequest(byte[] data) {
    try {
      RequestHead head = decoder.head(ByteBuffer.wrap(data));
      if (isKnown(head)) {
        check(decoder.body(head, head.api().newRequest(), ByteBuffer.wrap(data)), data.length);
      }
    } catch (StreamException e) {
      if (e.getMessage() == null || e.getMessage().isEmpty()) {
        throw new AssertionError("an error that says nothing", e);
      }
    }
  }

  /** Nothing else reaches the body: the endpoint has looked at the version before. */
  private static boolean isKnown(RequestHead head) {
    ApiMessageType api = head.api();
    return head.version() >= api.lowestSupportedVersion()
        && head.version() <= api.highestSupportedVersion(true);
  }

  private static void check(DecodedRequest request, int frameBytes) {
    for (RecordRange range : request.records()) {
      if (range.offset() < 0
          || range.sizeBytes() < 0
          || range.offset() + range.sizeBytes() > frameBytes) {
        throw new AssertionError(range + " of a frame of " + frameBytes + " bytes");
      }
    }
  }
}
