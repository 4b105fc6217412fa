package io.millrace.protocol.kafka;

import io.netty.buffer.ByteBuf;
import java.util.function.IntFunction;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.ResponseHeaderData;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.MessageSizeAccumulator;
import org.apache.kafka.common.protocol.ObjectSerializationCache;

/** Writes answers: one buffer of the exact size, records beside it. */
public final class ResponseEncoder {
  private ResponseEncoder() {}

  /**
   * Encodes the answer to a request. Takes over the slices in it, also if it throws: then they are
   * let go.
   *
   * @param version of the body
   * @param newFrame an empty buffer with room for the length already written, for so many bytes
   *     behind it
   */
  public static EncodedResponse encode(
      RequestHead head, short version, ApiMessage body, IntFunction<ByteBuf> newFrame) {
    try {
      return encoded(head, version, body, newFrame);
    } catch (RuntimeException e) {
      releaseRecords(body);
      throw e;
    }
  }

  private static EncodedResponse encoded(
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

  /** Fetch is the only API whose answers carry records. */
  private static void releaseRecords(ApiMessage body) {
    if (body instanceof FetchResponseData fetched) {
      fetched.responses().stream()
          .flatMap(topic -> topic.partitions().stream())
          .map(FetchResponseData.PartitionData::records)
          .filter(SliceRecords.class::isInstance)
          .forEach(records -> ((SliceRecords) records).slice().release());
    }
  }
}
