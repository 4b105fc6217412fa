package io.millrace.endpoint.http;

import io.millrace.bus.MetadataClient;
import io.millrace.endpoint.session.SessionLoop;
import io.millrace.endpoint.session.StreamSession;
import io.millrace.model.ErrorCode;
import io.millrace.model.StreamException;
import io.millrace.protocol.stream.DecodeLimits;
import io.millrace.protocol.stream.MessageCodec;
import io.millrace.protocol.stream.WireFormat;
import io.millrace.protocol.stream.message.PlainRecord;
import io.millrace.protocol.stream.message.ProduceRecords;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.internal.buffer.BufferInternal;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Writes records: {@code POST /v1/topics/{topic}/records?acks=all&timeoutMs=0}. As JSON the body is
 * one record or an array of them, in the shape that {@code produceRecords} has in the stream
 * protocol. As bytes it is one record's value, with {@code key} and {@code partition} in the query,
 * or the key in a header. Each request is a session of one message, so batching, order and safe
 * resends are those of every thin client.
 *
 * <p>Threading: one event loop.
 */
final class RecordWrites {
  private static final int MAX_TIMEOUT_MS = 600_000;

  private final MetadataClient metadata;
  private final SessionLoop sessions;
  private final MessageCodec codec = new MessageCodec(DecodeLimits.DEFAULT);

  RecordWrites(MetadataClient metadata, SessionLoop sessions) {
    this.metadata = metadata;
    this.sessions = sessions;
  }

  void handle(RoutingContext context) {
    HttpServerRequest request = context.request();
    String topic = TopicRoutes.topic(context, metadata).name().value();
    int acks = acks(request.getParam("acks", "all"));
    int timeoutMs = RecordReads.number(request, "timeoutMs", 0, MAX_TIMEOUT_MS);
    Buffer body = context.body().buffer();
    ByteBuf bytes = body == null ? Unpooled.EMPTY_BUFFER : ((BufferInternal) body).getByteBuf();
    ProduceRecords message =
        MediaTypes.of(request).equals(MediaTypes.BYTES)
            ? oneValue(request, topic, acks, timeoutMs, bytes)
            : fromJson(topic, acks, timeoutMs, bytes);
    write(context, message, bytes);
  }

  private void write(RoutingContext context, ProduceRecords message, ByteBuf bytes) {
    OneAnswer answer = new OneAnswer(json -> answer(context, json));
    StreamSession session =
        sessions.open(answer, WireFormat.JSON, String.valueOf(context.request().remoteAddress()));
    answer.begin(session);
    session.onRequest(message, bytes);
    if (message.getAcks() == 0 && !answer.isDone()) {
      // Nobody will say what became of them; that is what acks=0 asks for.
      answer.end();
      JsonAnswer.send(context, 202, new JsonObject().put("results", List.of()));
    }
  }

  private static void answer(RoutingContext context, JsonObject message) {
    if ("error".equals(message.getString("type"))) {
      context.fail(
          new StreamException(
              ErrorCode.of(message.getInteger("code")), message.getString("message")));
      return;
    }
    message.remove("type");
    message.remove("requestId");
    JsonAnswer.send(context, 200, message);
  }

  private static ProduceRecords oneValue(
      HttpServerRequest request, String topic, int acks, int timeoutMs, ByteBuf value) {
    String key = request.getParam("key");
    if (key == null) {
      key = request.getHeader(EdgeHandler.KEY_HEADER);
    }
    int partition = RecordReads.number(request, "partition", -1, Integer.MAX_VALUE);
    PlainRecord record =
        new PlainRecord(
            key == null ? null : ByteBuffer.wrap(key.getBytes(StandardCharsets.UTF_8)),
            value.nioBuffer(),
            List.of(),
            null,
            partition < 0 ? null : partition);
    return new ProduceRecords(0L, topic, List.of(record), acks, timeoutMs);
  }

  /**
   * Reads the body as the {@code records} member of a message, by the one decoder that there is for
   * records: a key or value that is JSON must keep every byte.
   */
  private ProduceRecords fromJson(String topic, int acks, int timeoutMs, ByteBuf body) {
    byte first = firstSign(body);
    if (first != '[' && first != '{') {
      throw notRecords();
    }
    ByteBuf frame = Unpooled.buffer(body.readableBytes() + 512);
    String head =
        "{\"type\":\"produceRecords\",\"requestId\":\"0\",\"topic\":\""
            + topic
            + "\",\"acks\":"
            + acks
            + ",\"timeoutMs\":"
            + timeoutMs
            + ",\"records\":";
    frame.writeCharSequence(head, StandardCharsets.US_ASCII);
    if (first == '{') {
      frame.writeByte('[');
    }
    frame.writeBytes(body, body.readerIndex(), body.readableBytes());
    frame.writeCharSequence(first == '{' ? "]}" : "}", StandardCharsets.US_ASCII);
    ProduceRecords message = (ProduceRecords) codec.decode(WireFormat.JSON, frame.nioBuffer());
    boolean untouched =
        message.getTopic().equals(topic)
            && message.getAcks() == acks
            && message.getTimeoutMs() == timeoutMs;
    if (!untouched) {
      throw notRecords();
    }
    return message;
  }

  private static byte firstSign(ByteBuf body) {
    for (int at = body.readerIndex(); at < body.writerIndex(); at++) {
      if (body.getByte(at) > ' ') {
        return body.getByte(at);
      }
    }
    return 0;
  }

  private static StreamException notRecords() {
    return new StreamException(
        ErrorCode.INVALID_REQUEST,
        "the body is neither a record such as {\"key\":\"k\",\"value\":\"v\"} nor an array of them");
  }

  private static int acks(String text) {
    return switch (text) {
      case "all", "-1" -> -1;
      case "1" -> 1;
      case "0" -> 0;
      default ->
          throw new StreamException(
              ErrorCode.INVALID_REQUEST, "acks is neither all, 1 nor 0 (-1 means all)");
    };
  }
}
