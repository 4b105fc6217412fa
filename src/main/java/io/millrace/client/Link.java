package io.millrace.client;

import io.millrace.client.LinkState.Closed;
import io.millrace.client.LinkState.Greeting;
import io.millrace.client.LinkState.Opening;
import io.millrace.client.LinkState.Up;
import io.millrace.client.LinkState.Waiting;
import io.millrace.model.ErrorCode;
import io.millrace.model.StreamException;
import io.millrace.model.config.SettingValues;
import io.millrace.protocol.stream.Features;
import io.millrace.protocol.stream.message.Error;
import io.millrace.protocol.stream.message.Hello;
import io.millrace.protocol.stream.message.Ping;
import io.millrace.protocol.stream.message.Pong;
import io.millrace.protocol.stream.message.Welcome;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.apache.avro.specific.SpecificRecord;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a wire to some broker: opens and greets, notices peers that are dead, and opens another
 * one, to the next address, after a wait that grows with every failure, for as long as it is not
 * closed.
 *
 * <p>Threading: the loop only.
 */
final class Link {
  static final int PROTOCOL_VERSION = 1;

  private static final Logger LOG = LoggerFactory.getLogger(Link.class);

  private final SettingValues settings;
  private final Loop loop;
  private final Wire.Opener opener;
  private final Listener listener;
  private final List<BrokerAddress> addresses;
  private final Backoff backoff;

  private LinkState state = new Closed();
  private int generation; // Events of wires of earlier generations are not ours any more.
  private int addressIndex;
  private int failures;
  private long lastHeardNanos;
  private boolean pinged;
  private long earliestReopenNanos;

  /** What happens on the link. */
  interface Listener {
    /** Both sides have greeted. */
    void onUp(Welcome welcome);

    /** The message's {@code bytes} fields are valid during the call only. */
    void onMessage(SpecificRecord message);

    void onWritable();

    /** The broker refuses the connection as a whole, which then goes down. */
    void onRefused(StreamException refusal);

    /**
     * There is no wire, and a next one is on its way.
     *
     * @param wasUp whether {@link #onUp} had been told
     */
    void onDown(StreamException cause, boolean wasUp);
  }

  Link(
      SettingValues settings,
      Loop loop,
      Wire.Opener opener,
      RandomGenerator random,
      Listener listener) {
    this.settings = settings;
    this.loop = loop;
    this.opener = opener;
    this.listener = listener;
    this.addresses = BrokerAddress.listOf(settings);
    this.addressIndex = random.nextInt(addresses.size());
    this.backoff =
        new Backoff(
            settings.get(ClientSettings.RECONNECT_BACKOFF_MS),
            settings.get(ClientSettings.RECONNECT_BACKOFF_MAX_MS),
            random);
  }

  /** Begins to connect. */
  void start() {
    earliestReopenNanos = loop.nanoTime();
    toOpening();
  }

  /** The wire, if both sides have greeted. */
  @Nullable Wire wire() {
    return state instanceof Up up ? up.wire() : null;
  }

  /** What the broker said of itself. */
  @Nullable Welcome welcome() {
    return state instanceof Up up ? up.welcome() : null;
  }

  boolean isClosed() {
    return state instanceof Closed;
  }

  /** Whether each address was tried since a broker greeted last, and none did. */
  boolean hasFailedEverywhere() {
    return failures >= addresses.size();
  }

  /** The next wire is not opened before. */
  void reopenNotBefore(long nanos) {
    earliestReopenNanos = nanos;
  }

  /** Gives the wire up and opens another one. */
  void reset(String reason) {
    Wire wire = openWire();
    if (wire != null) {
      onClosed(generation, reason);
      wire.close();
    }
  }

  /** Ends it; nothing is told any more. */
  void close() {
    if (state instanceof Waiting waiting) {
      waiting.timer().cancel();
    }
    Wire wire = openWire();
    state = new Closed();
    generation++;
    if (wire != null) {
      wire.close();
    }
    opener.close();
  }

  private @Nullable Wire openWire() {
    return state instanceof Greeting greeting ? greeting.wire() : wire();
  }

  private void toOpening() {
    state = new Opening(setupDeadlineNanos());
    BrokerAddress address = addresses.get(addressIndex);
    addressIndex = (addressIndex + 1) % addresses.size();
    generation++;
    opener.open(address, new WireEvents(generation, address));
  }

  private long setupDeadlineNanos() {
    int timeoutMs = settings.get(ClientSettings.CONNECTION_SETUP_TIMEOUT_MS);
    return loop.nanoTime() + TimeUnit.MILLISECONDS.toNanos(timeoutMs);
  }

  private void onOpen(Wire wire) {
    state = new Greeting(wire, setupDeadlineNanos());
    lastHeardNanos = loop.nanoTime();
    pinged = false;
    String clientId = settings.get(ClientSettings.CLIENT_ID);
    wire.send(new Hello(PROTOCOL_VERSION, PROTOCOL_VERSION, clientId, List.of(Features.HEARTBEAT)));
  }

  private void onMessage(SpecificRecord message) {
    lastHeardNanos = loop.nanoTime();
    pinged = false;
    if (message instanceof Ping ping) {
      Wire wire = openWire();
      if (wire != null) {
        wire.send(new Pong(ping.getNonce()));
      }
    } else if (message instanceof Welcome welcome) {
      onWelcome(welcome);
    } else if (message instanceof Error error
        && error.getRequestId() == null
        && error.getStreamId() == null) {
      refused(Answers.exception(error));
    } else if (!(message instanceof Pong)) {
      listener.onMessage(message);
    }
  }

  private void onWelcome(Welcome welcome) {
    if (!(state instanceof Greeting greeting)) {
      reset("the broker greeted twice");
    } else if (welcome.getVersion() != PROTOCOL_VERSION) {
      refused(
          new StreamException(
              ErrorCode.UNSUPPORTED_VERSION,
              "the broker speaks protocol version "
                  + welcome.getVersion()
                  + ", this client speaks "
                  + PROTOCOL_VERSION));
    } else {
      failures = 0;
      state = new Up(greeting.wire(), welcome);
      listener.onUp(welcome);
    }
  }

  private void refused(StreamException refusal) {
    listener.onRefused(refusal);
    reset(Failures.reason(refusal));
  }

  private void onClosed(int ofGeneration, String reason) {
    if (ofGeneration != generation || state instanceof Closed) {
      return;
    }
    generation++;
    boolean wasUp = state instanceof Up;
    failures++;
    if (wasUp) {
      LOG.info("Connection lost: {}", reason);
    } else {
      LOG.debug("No connection: {}", reason);
    }
    toWaiting();
    listener.onDown(new StreamException(ErrorCode.CONNECTION_LOST, reason), wasUp);
  }

  private void toWaiting() {
    long askedMs =
        TimeUnit.NANOSECONDS.toMillis(Math.max(0, earliestReopenNanos - loop.nanoTime()));
    long delayMs = Math.max(askedMs, backoff.delayMs(failures));
    state = new Waiting(loop.schedule(delayMs, this::onWaited));
  }

  private void onWaited() {
    if (state instanceof Waiting) {
      toOpening();
    }
  }

  /** Looks whether the peer takes too long, now and then. */
  void tick() {
    long now = loop.nanoTime();
    if (state instanceof Opening opening && now - opening.deadlineNanos() >= 0) {
      onClosed(generation, "the broker could not be reached in time");
    } else if (state instanceof Greeting greeting && now - greeting.deadlineNanos() >= 0) {
      reset("the broker did not answer the greeting in time");
    } else if (state instanceof Up up) {
      checkSilence(up.wire(), TimeUnit.NANOSECONDS.toMillis(now - lastHeardNanos));
    }
  }

  private void checkSilence(Wire wire, long silentMs) {
    if (silentMs >= settings.get(ClientSettings.PING_TIMEOUT_MS)) {
      reset("the broker was silent for " + silentMs + " ms");
    } else if (silentMs >= settings.get(ClientSettings.PING_INTERVAL_MS) && !pinged) {
      pinged = true;
      wire.send(new Ping((long) generation));
    }
  }

  /** Events of one wire; those that come after it was given up are dropped. */
  private final class WireEvents implements Wire.Events {
    private final int mine;
    private final BrokerAddress address;

    private WireEvents(int mine, BrokerAddress address) {
      this.mine = mine;
      this.address = address;
    }

    @Override
    public void onOpen(Wire wire) {
      if (mine == generation && state instanceof Opening) {
        Link.this.onOpen(wire);
      } else {
        wire.close();
      }
    }

    @Override
    public void onMessage(SpecificRecord message) {
      if (mine == generation) {
        Link.this.onMessage(message);
      }
    }

    @Override
    public void onWritable() {
      if (mine == generation && state instanceof Up) {
        listener.onWritable();
      }
    }

    @Override
    public void onClosed(String reason) {
      Link.this.onClosed(mine, address + ": " + reason);
    }
  }
}
