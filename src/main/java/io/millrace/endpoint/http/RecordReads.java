package io.millrace.endpoint.http;

import io.millrace.bus.FetchReply;
import io.millrace.bus.FetchRequest;
import io.millrace.bus.MetadataClient;
import io.millrace.bus.OffsetsReply;
import io.millrace.bus.OffsetsRequest;
import io.millrace.bus.PartitionClient;
import io.millrace.model.ErrorCode;
import io.millrace.model.PartitionId;
import io.millrace.model.StreamException;
import io.millrace.model.TimeSource;
import io.millrace.model.image.TopicImage;
import io.millrace.protocol.stream.JsonRecords;
import io.millrace.record.RecordSlice;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.internal.buffer.BufferInternal;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * One read of one partition: {@code GET
 * /v1/topics/{topic}/records?partition=0&offset=earliest&max=100&waitMs=0}. Whoever wants to follow
 * a topic uses a stream.
 *
 * <p>Threading: one event loop.
 */
final class RecordReads {
  private static final int DEFAULT_RECORDS = 100;
  private static final int MAX_RECORDS = 10_000;
  private static final int MAX_WAIT_MS = 30_000;
  private static final long DECOMPRESSION_BUDGET_BYTES = 64L << 20;

  private final PartitionClient partitions;
  private final MetadataClient metadata;
  private final TimeSource time;
  private final int maxBytes;

  RecordReads(PartitionClient partitions, MetadataClient metadata, TimeSource time, int maxBytes) {
    this.partitions = partitions;
    this.metadata = metadata;
    this.time = time;
    this.maxBytes = maxBytes;
  }

  /** What is to be read. */
  private record Wish(TopicImage topic, int partition, int maxRecords, int waitMs) {
    PartitionId id() {
      return topic.partitionId(partition);
    }
  }

  void handle(RoutingContext context) {
    HttpServerRequest request = context.request();
    Wish wish =
        new Wish(
            TopicRoutes.topic(context, metadata),
            number(request, "partition", 0, Integer.MAX_VALUE),
            number(request, "max", DEFAULT_RECORDS, MAX_RECORDS),
            number(request, "waitMs", 0, MAX_WAIT_MS));
    if (!wish.topic().hasPartition(wish.partition())) {
      throw new StreamException(
          ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
          "topic '"
              + wish.topic().name()
              + "' has partitions 0 to "
              + (wish.topic().partitions().size() - 1)
              + ", and no "
              + wish.partition());
    }
    offset(wish, request.getParam("offset", "earliest"))
        .compose(offset -> read(wish, offset))
        .onSuccess(json -> JsonAnswer.send(context, 200, json))
        .onFailure(context::fail);
  }

  /** A number of the query; {@code otherwise} if it is not there. */
  static int number(HttpServerRequest request, String name, int otherwise, int max) {
    String text = request.getParam(name);
    if (text == null) {
      return otherwise;
    }
    try {
      int value = Integer.parseInt(text);
      if (value >= 0 && value <= max) {
        return value;
      }
    } catch (NumberFormatException e) {
      throw outOfRange(name, max);
    }
    throw outOfRange(name, max);
  }

  private static StreamException outOfRange(String name, int max) {
    return new StreamException(
        ErrorCode.INVALID_REQUEST, name + " is not a number from 0 to " + max);
  }

  private Future<Long> offset(Wish wish, String text) {
    return switch (text) {
      case "earliest" -> listed(wish, OffsetsRequest.EARLIEST);
      case "latest" -> listed(wish, OffsetsRequest.LATEST);
      default -> {
        try {
          yield Future.succeededFuture(Long.parseUnsignedLong(text));
        } catch (NumberFormatException e) {
          throw new StreamException(
              ErrorCode.INVALID_START_OFFSET,
              "offset is neither earliest, latest nor a number of 0 or more",
              e);
        }
      }
    };
  }

  private Future<Long> listed(Wish wish, long timestampMs) {
    OffsetsRequest request =
        new OffsetsRequest(
            List.of(new OffsetsRequest.Entry(wish.id(), timestampMs)),
            metadata.image().version(),
            deadline(MAX_WAIT_MS));
    return partitions
        .offsets(request)
        .map(
            reply -> {
              OffsetsReply.Result result = reply.results().get(0);
              requireNone(result.error(), result.reason());
              return result.offset();
            });
  }

  private long deadline(int afterMs) {
    return time.monotonicNanos() + TimeUnit.MILLISECONDS.toNanos(afterMs);
  }

  private Future<Buffer> read(Wish wish, long offset) {
    Promise<Buffer> answer = Promise.promise();
    FetchRequest request =
        new FetchRequest(
            List.of(new FetchRequest.Entry(wish.id(), offset, -1, maxBytes)),
            wish.waitMs() == 0 ? 0 : 1,
            maxBytes,
            metadata.image().version(),
            deadline(Math.max(wish.waitMs(), 1)));
    partitions.fetch(
        request,
        reply -> {
          FetchReply.Result result = reply.results().get(0);
          try {
            answer.complete(json(wish, offset, result));
          } catch (StreamException e) {
            answer.fail(e);
          } finally {
            result.slice().ifPresent(RecordSlice::release);
          }
        });
    return answer.future();
  }

  private static Buffer json(Wish wish, long offset, FetchReply.Result result) {
    requireNone(result.error(), result.reason());
    ByteBuffer batches = result.slice().map(RecordReads::bytes).orElse(ByteBuffer.allocate(0));
    ByteBuf json = Unpooled.buffer();
    ByteBufUtil.writeAscii(
        json,
        "{\"logStartOffset\":\""
            + result.logStartOffset()
            + "\",\"endOffset\":\""
            + result.highWatermark()
            + "\"");
    try (JsonRecords records = new JsonRecords(batches, offset, DECOMPRESSION_BUDGET_BYTES)) {
      records.writeBody(
          wish.topic().name().value(),
          wish.topic().id().toString(),
          wish.partition(),
          result.leaderEpoch(),
          wish.maxRecords(),
          Long.MAX_VALUE,
          json);
    }
    return BufferInternal.buffer(json);
  }

  private static ByteBuffer bytes(RecordSlice slice) {
    ByteBuffer bytes = ByteBuffer.allocate(slice.sizeBytes());
    try {
      while (bytes.hasRemaining()) {
        if (slice.read(bytes, bytes.position()) <= 0) {
          throw new IOException("the slice ended after " + bytes.position() + " bytes");
        }
      }
    } catch (IOException e) {
      throw new StreamException(ErrorCode.STORAGE_ERROR, "the records could not be read", e);
    }
    return bytes.flip();
  }

  private static void requireNone(ErrorCode error, String reason) {
    if (error != ErrorCode.NONE) {
      throw new StreamException(error, reason.isEmpty() ? error.sentence() : reason);
    }
  }
}
