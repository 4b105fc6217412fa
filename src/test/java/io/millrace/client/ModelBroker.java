package io.millrace.client;

import io.millrace.model.ErrorCode;
import io.millrace.model.StreamException;
import io.millrace.protocol.stream.message.CreateTopic;
import io.millrace.protocol.stream.message.Error;
import io.millrace.protocol.stream.message.GetMetadata;
import io.millrace.protocol.stream.message.Hello;
import io.millrace.protocol.stream.message.InitProducer;
import io.millrace.protocol.stream.message.MetadataReply;
import io.millrace.protocol.stream.message.PartitionDescription;
import io.millrace.protocol.stream.message.Ping;
import io.millrace.protocol.stream.message.Pong;
import io.millrace.protocol.stream.message.Produced;
import io.millrace.protocol.stream.message.ProducedRange;
import io.millrace.protocol.stream.message.ProducerInitialized;
import io.millrace.protocol.stream.message.TopicChanged;
import io.millrace.protocol.stream.message.TopicDescription;
import io.millrace.protocol.stream.message.Welcome;
import io.millrace.record.CompressionType;
import io.millrace.record.RecordBatchBuilder;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.apache.avro.specific.SpecificRecord;

/**
 * A broker and the network to it, without bytes or sockets: what is sent arrives later and in
 * order, answers come in any order between partitions, and faults happen as often as {@link Faults}
 * says. A connection that is cut delivers a part of what was sent, some of it late.
 */
final class ModelBroker implements Wire.Opener {
  private static final int MAX_FRAME_BYTES = 1 << 20;

  private final Loop loop;
  private final Random random;
  private final Map<String, List<ModelLog>> topics = new TreeMap<>();
  private Faults faults = Faults.NONE;
  private ModelWire current;
  private final List<ModelWire> wires = new ArrayList<>();
  private long nextProducerId = 1000;
  private int connections;
  private int produceRequests;
  private boolean down;

  /** Chances of each fault, 0 to 1, for each batch. */
  record Faults(double cut, double refuse, double unknown, double reject, double repeat) {
    static final Faults NONE = new Faults(0, 0, 0, 0, 0);
  }

  ModelBroker(Loop loop, Random random) {
    this.loop = loop;
    this.random = random;
  }

  void createTopic(String name, int partitions) {
    List<ModelLog> logs = new ArrayList<>();
    for (int i = 0; i < partitions; i++) {
      logs.add(new ModelLog());
    }
    topics.put(name, logs);
  }

  ModelLog log(String topic, int partition) {
    return topics.get(topic).get(partition);
  }

  void faults(Faults chances) {
    faults = chances;
  }

  /** Refuses connections, and cuts the one there is; or accepts them again. */
  void down(boolean isDown) {
    down = isDown;
    if (isDown) {
      List.copyOf(wires).forEach(ModelWire::cut);
    }
  }

  int connections() {
    return connections;
  }

  int produceRequests() {
    return produceRequests;
  }

  /** Appends a record to a log as if somebody had produced it, in a batch of so many. */
  void write(String topic, int partition, List<String> values) {
    RecordBatchBuilder builder = new RecordBatchBuilder(CompressionType.NONE, 256);
    values.forEach(
        value ->
            builder.append(
                loop.wallClockMs(), null, value.getBytes(StandardCharsets.UTF_8), List.of()));
    log(topic, partition).append(builder.build());
    pumpStreams();
  }

  private void pumpStreams() {
    List.copyOf(wires).forEach(wire -> wire.streams().pump());
  }

  ModelWire wire() {
    return current;
  }

  @Override
  public void open(BrokerAddress address, Wire.Events events) {
    loop.schedule(
        random.nextInt(3),
        () -> {
          if (down) {
            events.onClosed("connection refused");
          } else {
            connections++;
            current = new ModelWire(events);
            wires.add(current);
            events.onOpen(current);
          }
        });
  }

  @Override
  public void close() {}

  /** One connection. */
  final class ModelWire implements Wire {
    private final Wire.Events events;
    private final List<Runnable> underWay = new ArrayList<>();
    private final List<SpecificRecord> received = new ArrayList<>();
    private final ModelStreams streams;
    private boolean closed;

    private ModelWire(Wire.Events events) {
      this.events = events;
      this.streams = new ModelStreams(loop, random, this, topics::get);
      if (happens(faults.cut())) {
        streams.cutAfter(1 + random.nextInt(30));
      }
    }

    ModelStreams streams() {
      return streams;
    }

    List<SpecificRecord> received() {
      return received;
    }

    /** Sends a message to the client, after a while. */
    void toClient(SpecificRecord message, int delayMs) {
      loop.schedule(
          delayMs,
          () -> {
            if (!closed) {
              events.onMessage(message);
            }
          });
    }

    @Override
    public void send(SpecificRecord message) {
      underWay.add(() -> receive(message));
      loop.schedule(1, this::arrive);
    }

    @Override
    public void writeProduce(
        long requestId, String topic, int partition, int acks, int timeoutMs, ByteBuffer batch) {
      ByteBuffer copy = ByteBuffer.allocate(batch.remaining()).put(batch.duplicate()).flip();
      produceRequests++;
      underWay.add(() -> produce(requestId, topic, partition, acks, copy));
      loop.schedule(1, this::arrive);
    }

    private void arrive() {
      if (!closed && !underWay.isEmpty()) {
        underWay.remove(0).run();
      }
    }

    private void receive(SpecificRecord message) {
      received.add(message);
      if (message instanceof Hello) {
        toClient(new Welcome(1, "model", 0, "test", MAX_FRAME_BYTES, List.of()), 0);
      } else if (message instanceof Ping ping) {
        toClient(new Pong(ping.getNonce()), 0);
      } else if (message instanceof InitProducer init) {
        toClient(new ProducerInitialized(init.getRequestId(), nextProducerId++, 0), 1);
      } else if (message instanceof GetMetadata get) {
        toClient(metadata(get), 1);
      } else if (message instanceof CreateTopic create) {
        createTopic(create.getTopic(), create.getPartitions());
        toClient(
            new TopicChanged(
                create.getRequestId(),
                create.getTopic(),
                ModelStreams.TOPIC_ID.toString(),
                create.getPartitions()),
            1);
      } else {
        streams.receive(message);
      }
    }

    private void produce(long id, String topic, int partition, int acks, ByteBuffer batch) {
      int delayMs = random.nextInt(8);
      if (happens(faults.cut())) {
        if (random.nextBoolean()) {
          appendQuietly(topic, partition, batch);
        }
        cut();
      } else if (happens(faults.refuse())) {
        answer(id, failure(ErrorCode.THROTTLED), delayMs, acks);
      } else if (happens(faults.reject())) {
        answer(id, failure(ErrorCode.MESSAGE_TOO_LARGE), delayMs, acks);
      } else if (happens(faults.unknown())) {
        if (random.nextBoolean()) {
          appendQuietly(topic, partition, batch);
        }
        answer(id, failure(ErrorCode.UNKNOWN_OUTCOME), delayMs, acks);
      } else {
        append(id, topic, partition, acks, batch, delayMs);
      }
    }

    private void append(
        long id, String topic, int partition, int acks, ByteBuffer batch, int delayMs) {
      try {
        long baseOffset = log(topic, partition).append(batch);
        pumpStreams();
        if (happens(faults.repeat())) {
          log(topic, partition).append(batch);
        }
        if (acks != 0) {
          List<ProducedRange> ranges =
              List.of(new ProducedRange(partition, baseOffset, 0, -1L, List.of()));
          toClient(new Produced(id, ranges), delayMs);
        }
      } catch (StreamException e) {
        answer(id, e, delayMs, acks);
      }
    }

    private void appendQuietly(String topic, int partition, ByteBuffer batch) {
      try {
        log(topic, partition).append(batch);
      } catch (StreamException refused) {
        // Nobody is told: that is what is simulated.
        assert refused.code() != ErrorCode.CORRUPT_MESSAGE;
      }
    }

    private void answer(long id, StreamException failure, int delayMs, int acks) {
      if (acks != 0) {
        toClient(error(id, failure), delayMs);
      }
    }

    /** The connection breaks; some of what was under way still arrives, even late. */
    void cut() {
      if (closed) {
        return;
      }
      closed = true;
      wires.remove(this);
      int arriving = underWay.isEmpty() ? 0 : random.nextInt(underWay.size() + 1);
      List<Runnable> rest = List.copyOf(underWay.subList(0, arriving));
      loop.schedule(random.nextInt(40), () -> rest.forEach(Runnable::run));
      loop.schedule(random.nextInt(3), () -> events.onClosed("cut"));
    }

    @Override
    public void flush() {}

    @Override
    public boolean isWritable() {
      return true;
    }

    @Override
    public void close() {
      closed = true;
      wires.remove(this);
    }
  }

  private boolean happens(double chance) {
    return chance > 0 && random.nextDouble() < chance;
  }

  private static StreamException failure(ErrorCode code) {
    return new StreamException(code);
  }

  static Error error(long requestId, StreamException failure) {
    return new Error(
        requestId,
        null,
        failure.code().id(),
        failure.code().name(),
        failure.retriable(),
        String.valueOf(failure.getMessage()));
  }

  private MetadataReply metadata(GetMetadata request) {
    List<TopicDescription> found = new ArrayList<>();
    for (String name : request.getTopics()) {
      List<ModelLog> logs = topics.get(name);
      int error = logs == null ? ErrorCode.UNKNOWN_TOPIC_OR_PARTITION.id() : 0;
      List<PartitionDescription> partitions = new ArrayList<>();
      for (int i = 0; logs != null && i < logs.size(); i++) {
        partitions.add(new PartitionDescription(i, 0, 0, List.of(0), List.of(0)));
      }
      found.add(new TopicDescription(name, "AAAAAAAAAAAAAAAAAAAAAA", error, partitions, Map.of()));
    }
    return new MetadataReply(request.getRequestId(), "model", found);
  }
}
