package io.millrace.endpoint.kafka;

import io.millrace.endpoint.FrameHandler;
import io.millrace.endpoint.FrameSocket;
import io.millrace.model.ErrorCode;
import io.millrace.model.StreamException;
import io.millrace.protocol.kafka.EncodedResponse;
import io.millrace.protocol.kafka.RequestHead;
import io.netty.buffer.ByteBuf;
import java.util.ArrayDeque;
import java.util.List;
import org.apache.kafka.common.message.ApiMessageType;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection of a Kafka client. Requests are carried out one after the other, as Kafka's broker
 * does, except those that may overlap ({@link ApiHandler#overlaps}); answers leave in the order of
 * the requests. While too many requests wait, or too much waits to be sent, the socket is not read.
 *
 * <p>Invariant: {@code calls} has first those that are started or answered, then those that wait.
 *
 * <p>Threading: its socket's event loop.
 */
final class KafkaConnection implements FrameHandler {
  private static final Logger LOG = LoggerFactory.getLogger(KafkaConnection.class);

  private final KafkaLoop loop;
  private final FrameSocket socket;
  private final String peer;
  private final ClientAddress address;
  private final ArrayDeque<KafkaCall> calls = new ArrayDeque<>();
  private final ArrayDeque<KafkaCall> waiting = new ArrayDeque<>();
  private long inFlightBytes;
  private long heardNanos;
  private boolean heard;
  private boolean everHeard;
  private boolean ending;
  private boolean closed;
  private boolean starting;

  /**
   * @param peer the client's address, for logs
   * @param address what the client connected to
   */
  KafkaConnection(KafkaLoop loop, FrameSocket socket, String peer, ClientAddress address) {
    this.loop = loop;
    this.socket = socket;
    this.peer = peer;
    this.address = address;
    this.heardNanos = loop.nowNanos();
  }

  KafkaLoop loop() {
    return loop;
  }

  String peer() {
    return peer;
  }

  /** What the client connected to. */
  ClientAddress address() {
    return address;
  }

  /** Whether records are copied into memory before they are sent. */
  boolean copiesRecords() {
    return socket.isTls();
  }

  ByteBuf newFrame(int sizeBytes) {
    return socket.newFrame(sizeBytes);
  }

  /**
   * From the first frame on: without authentication there is nothing before it, and a client need
   * not ask for versions first, so that its first request may be a produce of full size.
   */
  @Override
  public int maxFrameBytes() {
    return loop.limits().maxRequestBytes();
  }

  @Override
  public void onFrame(ByteBuf frame) {
    heard = true;
    if (closed || ending) {
      frame.release();
      return;
    }
    KafkaCall call;
    try {
      call = callOf(frame);
    } catch (StreamException e) {
      frame.release();
      onMalformed(e);
      return;
    }
    everHeard = true;
    calls.add(call);
    waiting.add(call);
    inFlightBytes += call.sizeBytes();
    startReady();
    updateReading();
  }

  private KafkaCall callOf(ByteBuf frame) {
    RequestHead head = loop.decoder().head(KafkaCall.bytes(frame));
    ApiHandler<?> handler = loop.apis().handler(head.api());
    boolean versionsAsked = head.api() == ApiMessageType.API_VERSIONS;
    if (handler == null || !(handler.serves(head.version()) || versionsAsked)) {
      throw new StreamException(
          ErrorCode.UNSUPPORTED_VERSION, "a request of " + head + ", which is not served");
    }
    return new KafkaCall(this, head, handler, frame);
  }

  /** Starts what may start; a call that is answered at once lets the next one start. */
  private void startReady() {
    if (starting) {
      return;
    }
    starting = true;
    try {
      while (!waiting.isEmpty() && mayStart(waiting.element())) {
        start(waiting.remove());
      }
    } finally {
      starting = false;
    }
    endIfDone();
  }

  private boolean mayStart(KafkaCall next) {
    if (closed || !socket.isWritable()) {
      return false;
    }
    int started = calls.size() - waiting.size();
    return started == 0
        || (next.handler().overlaps() && calls.element().handler() == next.handler());
  }

  private void start(KafkaCall call) {
    try {
      if (call.handler() instanceof ApiVersionsHandler versions
          && !versions.serves(call.version())) {
        call.answerIn((short) 0, versions.unknownVersion());
        call.releaseFrame();
      } else {
        call.start();
      }
    } catch (StreamException e) {
      onMalformed(e);
    }
  }

  /** A call was answered: its answer leaves if none before it is missing. */
  void onAnswered() {
    while (!calls.isEmpty() && calls.element().isAnswered()) {
      KafkaCall call = calls.remove();
      inFlightBytes -= call.sizeBytes();
      EncodedResponse response = call.takeResponse();
      if (response != null) {
        send(response);
      }
    }
    startReady();
    updateReading();
  }

  private void send(EncodedResponse response) {
    if (closed) {
      response.release();
      return;
    }
    ByteBuf fields = response.fields();
    List<EncodedResponse.Cut> cuts = response.cuts();
    if (cuts.isEmpty()) {
      socket.write(fields);
      return;
    }
    int from = cuts.get(0).index();
    int after = fields.writerIndex() - from;
    socket.begin(fields.retainedSlice(0, from), after + response.recordBytes());
    for (int i = 0; i < cuts.size(); i++) {
      EncodedResponse.Cut cut = cuts.get(i);
      int to = i + 1 < cuts.size() ? cuts.get(i + 1).index() : fields.writerIndex();
      socket.append(cut.slice(), 0, cut.slice().sizeBytes());
      if (to > cut.index()) {
        socket.append(fields.retainedSlice(cut.index(), to - cut.index()));
      }
    }
    fields.release();
  }

  private void updateReading() {
    KafkaLimits limits = loop.limits();
    socket.setReading(
        !ending
            && calls.size() < limits.maxInFlightRequests()
            && inFlightBytes < limits.maxInFlightBytes()
            && socket.isWritable());
  }

  @Override
  public void onWritable() {
    heard = true;
    startReady();
    updateReading();
  }

  @Override
  public void onMalformed(StreamException reason) {
    close(String.valueOf(reason.getMessage()));
  }

  /** Closes the connection at once, and says why in the log. */
  void close(String reason) {
    if (!closed) {
      LOG.info("the Kafka connection of {} is closed: {}", peer, reason);
      toClosed();
      socket.close();
    }
  }

  @Override
  public void onClosed() {
    toClosed();
    loop.remove(this);
  }

  private void toClosed() {
    if (!closed) {
      closed = true;
      waiting.clear();
      calls.forEach(KafkaCall::cancel);
      calls.clear();
    }
  }

  /** The server stops: no more requests; closed when those that came are answered. */
  void end() {
    ending = true;
    updateReading();
    endIfDone();
  }

  private void endIfDone() {
    if (ending && !closed && calls.isEmpty()) {
      toClosed();
      socket.close();
    }
  }

  /** Closes a connection over which too little came for too long. */
  void sweep(long nowNanos) {
    // A client that reads no answers may not leave its requests here for ever.
    if (heard || (!calls.isEmpty() && socket.isWritable())) {
      heard = false;
      heardNanos = nowNanos;
      return;
    }
    if (socket.takeProgress() && everHeard) {
      heardNanos = nowNanos;
      return;
    }
    long silentNanos = nowNanos - heardNanos;
    String late = lateness(silentNanos);
    if (late != null) {
      close(late);
    }
  }

  private @Nullable String lateness(long silentNanos) {
    KafkaLimits limits = loop.limits();
    if (!everHeard && silentNanos > limits.handshakeNanos()) {
      return "no request came in time (handshake.timeout.ms)";
    }
    if (socket.isMidFrame() && silentNanos > limits.requestNanos()) {
      return "the rest of a request did not come in time (request.timeout.ms)";
    }
    return silentNanos > limits.idleNanos()
        ? "nothing came for too long (connections.max.idle.ms)"
        : null;
  }
}
