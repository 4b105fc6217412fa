package io.millrace.client;

import io.millrace.protocol.stream.message.Hello;
import io.millrace.protocol.stream.message.Ping;
import io.millrace.protocol.stream.message.Pong;
import io.millrace.protocol.stream.message.Welcome;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.apache.avro.specific.SpecificRecord;

/** A broker that answers as the test says, message by message; what it was told is kept. */
final class ScriptedBroker implements Wire.Opener {
  private final Loop loop;
  private final Function<SpecificRecord, List<? extends SpecificRecord>> script;
  private final List<SpecificRecord> received = new ArrayList<>();
  private ScriptedWire current;

  ScriptedBroker(Loop loop, Function<SpecificRecord, List<? extends SpecificRecord>> script) {
    this.loop = loop;
    this.script = script;
  }

  <T extends SpecificRecord> List<T> received(Class<T> type) {
    return received.stream().filter(type::isInstance).map(type::cast).toList();
  }

  List<SpecificRecord> received() {
    return received;
  }

  /** Sends a message of the broker's own accord. */
  void tell(SpecificRecord message) {
    current.toClient(message);
  }

  void cut() {
    current.closed = true;
    current.events.onClosed("cut");
  }

  @Override
  public void open(BrokerAddress address, Wire.Events events) {
    loop.execute(
        () -> {
          current = new ScriptedWire(events);
          events.onOpen(current);
        });
  }

  @Override
  public void close() {}

  private final class ScriptedWire implements Wire {
    private final Wire.Events events;
    private boolean closed;

    private ScriptedWire(Wire.Events events) {
      this.events = events;
    }

    private void toClient(SpecificRecord message) {
      loop.execute(
          () -> {
            if (!closed) {
              events.onMessage(message);
            }
          });
    }

    @Override
    public void send(SpecificRecord message) {
      if (closed) {
        return;
      }
      if (message instanceof Hello) {
        toClient(new Welcome(1, "scripted", 0, "test", 1 << 20, List.of()));
      } else if (message instanceof Ping ping) {
        toClient(new Pong(ping.getNonce()));
      } else {
        received.add(message);
        script.apply(message).forEach(this::toClient);
      }
    }

    @Override
    public void writeProduce(
        long requestId, String topic, int partition, int acks, int timeoutMs, ByteBuffer batch) {
      throw new AssertionError("nothing is produced here");
    }

    @Override
    public void flush() {}

    @Override
    public boolean isWritable() {
      return !closed;
    }

    @Override
    public void close() {
      closed = true;
    }
  }
}
