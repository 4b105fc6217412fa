package io.millrace.protocol.kafka;

import io.millrace.record.BufferSlice;
import io.millrace.record.CompressionType;
import io.millrace.record.RecordBatchBuilder;
import io.netty.buffer.PooledByteBufAllocator;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.ApiMessageType;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceResponseData;
import org.apache.kafka.common.message.RequestHeaderData;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.ObjectSerializationCache;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** Requests and answers of the hot APIs of the Kafka protocol, between bytes and messages. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class KafkaCodecBenchmark {
  private static final short PRODUCE_VERSION = 13;
  private static final short FETCH_VERSION = 18;
  private static final Uuid TOPIC = new Uuid(7, 9);

  /** Each has a batch of 1 KiB, which is not copied. */
  @Param({"1", "100"})
  public int partitions;

  private final RequestDecoder decoder = new RequestDecoder(1 << 20);
  private ByteBuffer batch;
  private ByteBuffer produceRequest;
  private RequestHead produceHead;
  private RequestHead fetchHead;

  @Setup
  public void build() {
    RecordBatchBuilder builder = new RecordBatchBuilder(CompressionType.NONE, 2048);
    builder.append(1, (byte[]) null, new byte[1024], List.of());
    batch = builder.build();
    produceRequest = produceRequest();
    produceHead = decoder.head(produceRequest.duplicate());
    fetchHead = new RequestHead(ApiMessageType.FETCH, FETCH_VERSION, 1, "client", 0);
  }

  private ByteBuffer produceRequest() {
    ProduceRequestData.TopicProduceData topic =
        new ProduceRequestData.TopicProduceData().setTopicId(TOPIC);
    for (int i = 0; i < partitions; i++) {
      topic
          .partitionData()
          .add(
              new ProduceRequestData.PartitionProduceData()
                  .setIndex(i)
                  .setRecords(MemoryRecords.readableRecords(batch.duplicate())));
    }
    ProduceRequestData body = new ProduceRequestData().setAcks((short) -1).setTimeoutMs(30_000);
    body.topicData().add(topic);
    RequestHeaderData header =
        new RequestHeaderData()
            .setRequestApiKey(ApiMessageType.PRODUCE.apiKey())
            .setRequestApiVersion(PRODUCE_VERSION)
            .setCorrelationId(1)
            .setClientId("client");
    short headerVersion = ApiMessageType.PRODUCE.requestHeaderVersion(PRODUCE_VERSION);
    ObjectSerializationCache cache = new ObjectSerializationCache();
    ByteBuffer bytes =
        ByteBuffer.allocate(header.size(cache, headerVersion) + body.size(cache, PRODUCE_VERSION));
    ByteBufferAccessor target = new ByteBufferAccessor(bytes);
    header.write(target, cache, headerVersion);
    body.write(target, cache, PRODUCE_VERSION);
    return bytes.flip();
  }

  @Benchmark
  public DecodedRequest decodeProduce() {
    RequestHead head = decoder.head(produceRequest.duplicate());
    return decoder.body(head, head.api().newRequest(), produceRequest.duplicate());
  }

  @Benchmark
  public int encodeProduceAnswer() {
    ProduceResponseData.TopicProduceResponse topic =
        new ProduceResponseData.TopicProduceResponse().setTopicId(TOPIC);
    for (int i = 0; i < partitions; i++) {
      topic
          .partitionResponses()
          .add(new ProduceResponseData.PartitionProduceResponse().setIndex(i).setBaseOffset(i));
    }
    ProduceResponseData body = new ProduceResponseData();
    body.responses().add(topic);
    return written(
        ResponseEncoder.encode(
            produceHead, PRODUCE_VERSION, body, PooledByteBufAllocator.DEFAULT::directBuffer));
  }

  @Benchmark
  public int encodeFetchAnswer() {
    FetchResponseData.FetchableTopicResponse topic =
        new FetchResponseData.FetchableTopicResponse().setTopicId(TOPIC);
    for (int i = 0; i < partitions; i++) {
      topic
          .partitions()
          .add(
              new FetchResponseData.PartitionData()
                  .setPartitionIndex(i)
                  .setHighWatermark(1)
                  .setRecords(new SliceRecords(BufferSlice.of(batch.duplicate()))));
    }
    FetchResponseData body = new FetchResponseData();
    body.responses().add(topic);
    return written(
        ResponseEncoder.encode(
            fetchHead, FETCH_VERSION, body, PooledByteBufAllocator.DEFAULT::directBuffer));
  }

  private static int written(EncodedResponse response) {
    int bytes = response.fields().readableBytes() + response.recordBytes();
    response.release();
    return bytes;
  }
}
