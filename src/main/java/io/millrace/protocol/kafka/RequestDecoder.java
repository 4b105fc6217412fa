package io.millrace.protocol.kafka;

import io.millrace.model.ErrorCode;
import io.millrace.model.StreamException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.function.Supplier;
import org.apache.kafka.common.errors.UnsupportedVersionException;
import org.apache.kafka.common.message.ApiMessageType;
import org.apache.kafka.common.message.RequestHeaderData;
import org.apache.kafka.common.protocol.ApiMessage;

/**
 * Reads requests in place. Records of a produce request stay views of the frame ({@link
 * DecodedRequest#records}); everything else is copied, so that the frame can be let go.
 */
public final class RequestDecoder {
  private static final int FIXED_BYTES = 2 + 2 + 4;
  private final int maxFields;

  /**
   * @param maxFields how many fields a request may have: a small frame can hold a great many empty
   *     ones, each of which would become an object
   */
  public RequestDecoder(int maxFields) {
    this.maxFields = maxFields;
  }

  /**
   * Reads the header of the request that is all of the buffer.
   *
   * @throws StreamException INVALID_REQUEST if it is malformed, UNSUPPORTED_VERSION if nobody knows
   *     the API
   */
  public RequestHead head(ByteBuffer frame) {
    if (frame.remaining() < FIXED_BYTES) {
      throw new StreamException(
          ErrorCode.INVALID_REQUEST,
          "a request of " + frame.remaining() + " bytes; its header alone has " + FIXED_BYTES);
    }
    short key = frame.getShort(frame.position());
    short version = frame.getShort(frame.position() + 2);
    ApiMessageType api = api(key, version);
    RequestReader reader = new RequestReader(frame, maxFields);
    RequestHeaderData data =
        guarded(
            () -> new RequestHeaderData(reader, api.requestHeaderVersion(version)),
            api.name + " v" + version);
    return new RequestHead(
        api, version, data.correlationId(), data.clientId(), frame.limit() - reader.remaining());
  }

  private static ApiMessageType api(short key, short version) {
    try {
      return ApiMessageType.fromApiKey(key);
    } catch (UnsupportedVersionException e) {
      throw new StreamException(
          ErrorCode.UNSUPPORTED_VERSION,
          "a request of the unknown API " + key + " in version " + version,
          e);
    }
  }

  /**
   * Reads the body.
   *
   * @param message of this API, without content; it is filled
   * @param frame the same bytes as for {@link #head}, from position 0
   * @throws StreamException INVALID_REQUEST if it is malformed
   */
  public DecodedRequest body(RequestHead head, ApiMessage message, ByteBuffer frame) {
    ByteBuffer rest = frame.duplicate().position(head.bodyOffset());
    return guarded(
        () -> {
          RequestReader reader = new RequestReader(rest, maxFields);
          message.read(reader, head.version());
          return new DecodedRequest(message, reader.records());
        },
        head.toString());
  }

  /** The generated readers say what they do not like with many kinds of exceptions. */
  private static <T> T guarded(Supplier<T> read, String what) {
    try {
      return read.get();
    } catch (StreamException e) {
      throw new StreamException(e.code(), what + ": " + e.getMessage(), e);
    } catch (BufferUnderflowException e) {
      throw new StreamException(
          ErrorCode.INVALID_REQUEST, what + ": the request ends before its last field", e);
    } catch (RuntimeException e) {
      throw new StreamException(ErrorCode.INVALID_REQUEST, what + ": " + e.getMessage(), e);
    }
  }
}
