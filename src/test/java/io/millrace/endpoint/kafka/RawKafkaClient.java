package io.millrace.endpoint.kafka;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.List;
import org.apache.kafka.common.message.ApiMessageType;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceResponseData;
import org.apache.kafka.common.message.RequestHeaderData;
import org.apache.kafka.common.message.ResponseHeaderData;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.MessageUtil;
import org.apache.kafka.common.record.internal.MemoryRecords;

/** A connection whose frames a test writes itself. */
final class RawKafkaClient implements AutoCloseable {
  private static final int PRODUCE_VERSION = 9;

  private final Socket socket = new Socket();
  private final DataOutputStream out;
  private final DataInputStream in;

  RawKafkaClient(String host, int port) throws IOException {
    socket.connect(new InetSocketAddress(host, port), (int) KafkaBroker.TIMEOUT_MS);
    socket.setSoTimeout((int) KafkaBroker.TIMEOUT_MS);
    out = new DataOutputStream(socket.getOutputStream());
    in = new DataInputStream(socket.getInputStream());
  }

  /** The bytes of a request, without its length. */
  static byte[] frame(ApiMessageType api, int version, int correlationId, ApiMessage body) {
    RequestHeaderData header =
        new RequestHeaderData()
            .setRequestApiKey(api.apiKey())
            .setRequestApiVersion((short) version)
            .setCorrelationId(correlationId)
            .setClientId("raw");
    ByteBuffer head =
        MessageUtil.toByteBufferAccessor(header, api.requestHeaderVersion((short) version))
            .buffer();
    ByteBuffer rest = MessageUtil.toByteBufferAccessor(body, (short) version).buffer();
    byte[] frame = new byte[head.remaining() + rest.remaining()];
    int headBytes = head.remaining();
    head.get(frame, 0, headBytes);
    rest.get(frame, headBytes, rest.remaining());
    return frame;
  }

  void send(byte[] frame) throws IOException {
    out.writeInt(frame.length);
    out.write(frame);
    out.flush();
  }

  void sendRaw(byte[] bytes) throws IOException {
    out.write(bytes);
    out.flush();
  }

  void send(ApiMessageType api, int version, int correlationId, ApiMessage body)
      throws IOException {
    send(frame(api, version, correlationId, body));
  }

  /** Appends one batch to one partition of a topic, acks=all; what its answer says of it. */
  ProduceResponseData.PartitionProduceResponse produce(
      int correlationId, String topic, int partition, MemoryRecords batch) throws IOException {
    ProduceRequestData request =
        new ProduceRequestData().setAcks((short) -1).setTimeoutMs((int) KafkaBroker.TIMEOUT_MS / 2);
    request
        .topicData()
        .add(
            new ProduceRequestData.TopicProduceData()
                .setName(topic)
                .setPartitionData(
                    List.of(
                        new ProduceRequestData.PartitionProduceData()
                            .setIndex(partition)
                            .setRecords(batch))));
    send(ApiMessageType.PRODUCE, PRODUCE_VERSION, correlationId, request);
    ProduceResponseData answer =
        (ProduceResponseData) receive(ApiMessageType.PRODUCE, PRODUCE_VERSION, correlationId);
    return answer.responses().iterator().next().partitionResponses().get(0);
  }

  byte[] receiveFrame() throws IOException {
    byte[] frame = new byte[in.readInt()];
    in.readFully(frame);
    return frame;
  }

  /** The next answer, which must be the one to this request. */
  ApiMessage receive(ApiMessageType api, int version, int correlationId) throws IOException {
    ByteBufferAccessor bytes = new ByteBufferAccessor(ByteBuffer.wrap(receiveFrame()));
    ResponseHeaderData header =
        new ResponseHeaderData(bytes, api.responseHeaderVersion((short) version));
    if (header.correlationId() != correlationId) {
      throw new AssertionError("the answer to request " + header.correlationId() + " came");
    }
    ApiMessage message = api.newResponse();
    message.read(bytes, (short) version);
    if (bytes.remaining() > 0) {
      throw new AssertionError(bytes.remaining() + " bytes behind the answer");
    }
    return message;
  }

  /** Whether the other side closes, without another byte. */
  boolean isClosedByPeer() throws IOException {
    try {
      return in.read() < 0;
    } catch (java.net.SocketException e) {
      return true;
    }
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
