package io.millrace.endpoint.kafka;

import io.millrace.bus.OwnedBuffer;
import io.millrace.bus.ProduceRequest;
import io.millrace.model.Acks;
import io.millrace.model.config.ServerSettings;
import io.millrace.model.image.ClusterImage;
import io.millrace.model.image.TopicImage;
import io.millrace.protocol.kafka.RecordRange;
import io.millrace.record.BatchHeader;
import io.millrace.record.CompressionType;
import io.netty.buffer.ByteBuf;
import java.util.Iterator;
import org.apache.kafka.common.message.ApiMessageType;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceRequestData.PartitionProduceData;
import org.apache.kafka.common.message.ProduceRequestData.TopicProduceData;
import org.apache.kafka.common.message.ProduceResponseData.PartitionProduceResponse;
import org.apache.kafka.common.message.ProduceResponseData.TopicProduceResponse;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;

/**
 * Appends batches as they came: a shard is handed views of the frame, and checks and writes them.
 * Without acks nothing is answered; an error then closes the connection, so that the client asks
 * for metadata anew.
 */
final class ProduceHandler extends ApiHandler<ProduceRequestData> {
  private static final int MIN_VERSION = 3;
  private static final int MAX_VERSION = 13;

  /** Librdkafka takes a broker for one that knows no batches if it says more (KAFKA-18659). */
  private static final short ADVERTISED_MIN_VERSION = 0;

  private static final int TOPIC_ID_VERSION = 13;
  private static final int ZSTD_VERSION = 7;

  /** A client that gives less time would have its batches refused when the node is busy. */
  private static final int MIN_TIMEOUT_MS = 1_000;

  private final KafkaLoop loop;

  ProduceHandler(KafkaLoop loop) {
    super(ApiMessageType.PRODUCE, ProduceRequestData::new, MIN_VERSION, MAX_VERSION);
    this.loop = loop;
  }

  @Override
  short advertisedMinVersion() {
    return ADVERTISED_MIN_VERSION;
  }

  @Override
  boolean overlaps() {
    return true;
  }

  @Override
  void handle(ProduceRequestData request, KafkaCall call) {
    ClusterImage image = loop.image();
    ProduceAnswer answer = new ProduceAnswer(call, request.acks() == 0);
    Errors whole = refusal(request);
    Iterator<RecordRange> ranges = call.recordRanges().iterator();
    boolean byId = call.version() >= TOPIC_ID_VERSION;
    for (TopicProduceData asked : request.topicData()) {
      TopicImage topic =
          byId ? AskedTopics.byId(image, asked.topicId()) : AskedTopics.byName(image, asked.name());
      TopicProduceResponse answered =
          answer.topic(
              new TopicProduceResponse().setName(asked.name()).setTopicId(asked.topicId()));
      for (PartitionProduceData data : asked.partitionData()) {
        RecordRange range = data.records() == null ? null : ranges.next();
        PartitionProduceResponse slot = new PartitionProduceResponse().setIndex(data.index());
        answered.partitionResponses().add(slot);
        Errors error = whole == Errors.NONE ? refusal(topic, byId, data, range, call) : whole;
        if (error == Errors.NONE && topic != null && range != null) {
          answer.expect(slot, topic.partitionId(data.index()), batch(call.frame(), range));
        } else {
          answer.refuse(slot, error, reason(error));
        }
      }
    }
    send(request, image, answer);
  }

  private void send(ProduceRequestData request, ClusterImage image, ProduceAnswer answer) {
    if (answer.entries().isEmpty()) {
      answer.send();
      return;
    }
    Acks acks = Acks.ofWire(request.acks());
    int timeoutMs =
        acks == Acks.ALL
            ? Math.max(request.timeoutMs(), MIN_TIMEOUT_MS)
            : loop.settings().get(ServerSettings.REQUEST_TIMEOUT_MS);
    long deadlineNanos = loop.inMs(timeoutMs);
    loop.partitions()
        .produce(
            new ProduceRequest(answer.entries(), acks, image.version(), deadlineNanos),
            reply -> answer.fill(reply, loop.nowNanos() - deadlineNanos >= 0));
  }

  private static OwnedBuffer batch(ByteBuf frame, RecordRange range) {
    return new OwnedBuffer(
        frame.retainedSlice(frame.readerIndex() + range.offset(), range.sizeBytes()));
  }

  /** Why nothing of the request is done; NONE if it is. */
  private static Errors refusal(ProduceRequestData request) {
    if (request.acks() < -1 || request.acks() > 1) {
      return Errors.INVALID_REQUIRED_ACKS;
    }
    return request.transactionalId() == null ? Errors.NONE : Errors.INVALID_REQUEST;
  }

  private static Errors refusal(
      @Nullable TopicImage topic,
      boolean byId,
      PartitionProduceData data,
      @Nullable RecordRange range,
      KafkaCall call) {
    if (topic == null) {
      return AskedTopics.unknown(byId);
    }
    if (!topic.hasPartition(data.index())) {
      return Errors.UNKNOWN_TOPIC_OR_PARTITION;
    }
    if (range == null || range.sizeBytes() < BatchHeader.SIZE_BYTES) {
      return Errors.INVALID_RECORD;
    }
    return call.version() < ZSTD_VERSION && isZstd(call.frame(), range)
        ? Errors.UNSUPPORTED_COMPRESSION_TYPE
        : Errors.NONE;
  }

  /** Clients of the older versions could not read what they write (KIP-110). */
  private static boolean isZstd(ByteBuf frame, RecordRange range) {
    return BatchHeader.compressionId(KafkaCall.bytes(frame), range.offset())
        == CompressionType.ZSTD.id();
  }

  private static String reason(Errors error) {
    return switch (error) {
      case INVALID_REQUEST -> "this broker does not offer transactions";
      case INVALID_RECORD -> "exactly one batch of the current format is expected";
      default -> error.message();
    };
  }
}
