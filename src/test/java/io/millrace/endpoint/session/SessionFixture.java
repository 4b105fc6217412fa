package io.millrace.endpoint.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.model.Metrics;
import io.millrace.model.TimeSource;
import io.millrace.model.config.BrokerSettings;
import io.millrace.protocol.kafka.ConsumerProtocolCodec;
import io.millrace.protocol.stream.DecodeLimits;
import io.millrace.protocol.stream.MessageCodec;
import io.millrace.protocol.stream.WireFormat;
import io.millrace.protocol.stream.message.Hello;
import io.millrace.protocol.stream.message.PlainHeader;
import io.millrace.protocol.stream.message.PlainRecord;
import io.millrace.protocol.stream.message.Records;
import io.millrace.protocol.stream.message.Subscribe;
import io.millrace.record.BatchHeader;
import io.millrace.record.RecordReader;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.avro.specific.SpecificRecord;

/** A session between a client in the test's hand and a broker in memory, with a clock to turn. */
final class SessionFixture implements TimeSource, AutoCloseable {
  final FakeBroker broker = new FakeBroker();
  final FakeTransport transport;
  final FakeGroups groups;
  final SessionLoop loop;
  final StreamSession session;
  private final WireFormat format;
  private final MessageCodec codec = new MessageCodec(DecodeLimits.DEFAULT);
  private final List<ByteBuf> frames = new ArrayList<>();
  boolean hasLease = true;
  private long nowNanos = 1;

  SessionFixture(WireFormat format, String... settings) {
    this.format = format;
    Map<String, String> given = new java.util.HashMap<>();
    for (int i = 0; i < settings.length; i += 2) {
      given.put(settings[i], settings[i + 1]);
    }
    this.transport = new FakeTransport(format);
    this.groups = new FakeGroups(BrokerSettings.of(given), broker, this);
    this.loop =
        new SessionLoop(
            new SessionServices(
                BrokerSettings.of(given),
                broker,
                broker,
                groups,
                new ConsumerProtocolCodec(),
                new MemberClaims(),
                () -> hasLease,
                this,
                Metrics.NONE,
                () -> 5,
                "1.0"));
    this.session = loop.open(transport, format, "test");
  }

  /** A session that has said hello. */
  static SessionFixture greeted(WireFormat format, String... settings) {
    SessionFixture fixture = new SessionFixture(format, settings);
    fixture.send(new Hello(1, 1, "test", List.of()));
    fixture.transport.frames.clear();
    return fixture;
  }

  void send(SpecificRecord message) {
    ByteBuf frame = PooledByteBufAllocator.DEFAULT.directBuffer();
    codec.encode(format, message, frame);
    receive(frame);
  }

  void sendText(String text) {
    receive(Unpooled.copiedBuffer(text, StandardCharsets.UTF_8));
  }

  private void receive(ByteBuf frame) {
    frames.add(frame);
    session.onFrame(frame);
  }

  /** Another client of the same loop, which has said hello. */
  Client another() {
    FakeTransport other = new FakeTransport(format);
    Client client = new Client(other, loop.open(other, format, "other"));
    client.send(new Hello(1, 1, "other", List.of()));
    other.frames.clear();
    return client;
  }

  /** Another client in the test's hand. */
  final class Client {
    final FakeTransport transport;
    final StreamSession session;

    Client(FakeTransport transport, StreamSession session) {
      this.transport = transport;
      this.session = session;
    }

    void send(SpecificRecord message) {
      ByteBuf frame = PooledByteBufAllocator.DEFAULT.directBuffer();
      codec.encode(format, message, frame);
      frames.add(frame);
      session.onFrame(frame);
    }
  }

  static Subscribe subscribe(int streamId, String topic, String start) {
    return new Subscribe(
        streamId,
        List.of(topic),
        null,
        List.of(),
        start,
        List.of(),
        null,
        null,
        null,
        0L,
        0L,
        "wait",
        "earliest",
        null,
        null,
        0,
        null,
        null,
        5_000,
        300_000,
        60_000);
  }

  static PlainRecord plain(String key, String value) {
    return new PlainRecord(bytes(key), bytes(value), List.<PlainHeader>of(), null, null);
  }

  private static ByteBuffer bytes(String text) {
    return text == null ? null : ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
  }

  /** The values of the records in these messages, batches that came in parts joined. */
  static List<String> values(List<? extends SpecificRecord> messages) {
    List<String> values = new ArrayList<>();
    ByteArrayOutputStream joined = new ByteArrayOutputStream();
    for (SpecificRecord message : messages) {
      if (message instanceof Records records) {
        ByteBuffer part = records.getBatches().duplicate();
        byte[] bytes = new byte[part.remaining()];
        part.get(bytes);
        joined.writeBytes(bytes);
        if (!records.getMore()) {
          read(ByteBuffer.wrap(joined.toByteArray()), records.getFirstOffset(), values);
          joined.reset();
        }
      }
    }
    return values;
  }

  private static void read(ByteBuffer batches, long firstOffset, List<String> values) {
    for (int at = 0; at < batches.limit(); at += BatchHeader.sizeBytes(batches, at)) {
      BatchHeader.requireValid(batches, at);
      try (RecordReader reader = RecordReader.of(batches, at, 1 << 20)) {
        while (reader.advance()) {
          if (reader.offset() >= firstOffset) {
            values.add(StandardCharsets.UTF_8.decode(reader.value()).toString());
          }
        }
      }
    }
  }

  void pass(long ms) {
    nowNanos += TimeUnit.MILLISECONDS.toNanos(ms);
    loop.tick();
  }

  @Override
  public long wallClockMs() {
    return 1_000_000;
  }

  @Override
  public long monotonicNanos() {
    return nowNanos;
  }

  /** Ends the session and checks that nothing is held any more. */
  @Override
  public void close() {
    session.onClosed();
    loop.close();
    broker.answerProduces();
    assertThat(broker.heldSlices).as("slices held").hasValue(0);
    assertThat(broker.waiting()).as("fetches that wait").isZero();
    assertThat(loop.tailers().size()).as("tailers").isZero();
    assertThat(loop.producers().waitingBytes()).as("bytes that wait").isZero();
    assertThat(frames).as("frames").allMatch(frame -> frame.refCnt() == 0);
  }
}
