package io.millrace.protocol.kafka;

import io.netty.buffer.ByteBuf;
import java.util.function.IntFunction;
import org.apache.kafka.common.message.ResponseHeaderData;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.MessageSizeAccumulator;
import org.apache.kafka.common.protocol.ObjectSerializationCache;

/** Writes answers: one buffer of the exact size, records beside it. */
public final class ResponseEncoder {
  private ResponseEncoder() {}

  /**
   * Encodes the answer to a request, in the version of the request.
   *
   * @param version of the body
   * @param newFrame an empty buffer with room for the length already written, for so many bytes
   *     behind it
   */
  public static EncodedResponse encode(
      RequestHead head, short version, ApiMessage body, IntFunction<ByteBuf> newFrame) {
    ResponseHeaderData header = new ResponseHeaderData().setCorrelationId(head.correlationId());
    short headerVersion = head.api().responseHeaderVersion(version);
    ObjectSerializationCache cache = new ObjectSerializationCache();
    MessageSizeAccumulator size = new MessageSizeAccumulator();
    header.addSize(size, cache, headerVersion);
    body.addSize(size, cache, version);
    ByteBuf fields = newFrame.apply(size.sizeExcludingZeroCopy());
    try {
      ResponseWriter writer = new ResponseWriter(fields);
      header.write(writer, cache, headerVersion);
      body.write(writer, cache, version);
      return new EncodedResponse(fields, writer.cuts());
    } catch (RuntimeException e) {
      fields.release();
      throw e;
    }
  }
}
