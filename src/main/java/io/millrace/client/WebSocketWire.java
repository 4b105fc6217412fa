package io.millrace.client;

import io.millrace.model.StreamException;
import io.millrace.model.config.SettingValues;
import io.millrace.protocol.stream.WireFormat;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.WebSocket;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.http.WebSocketClientOptions;
import io.vertx.core.http.WebSocketConnectOptions;
import io.vertx.core.internal.buffer.BufferInternal;
import java.nio.ByteBuffer;
import org.apache.avro.specific.SpecificRecord;

/**
 * Messages over WebSocket, one in each binary message, in the sub-protocol {@code
 * millrace.avro.v1}.
 *
 * <p>Threading: the event loop.
 */
final class WebSocketWire implements Wire {
  private static final String PATH = "/v1/stream";
  private static final int INITIAL_FRAME_BYTES = 256;

  private final MessageFrames frames = new MessageFrames();
  private final WebSocket socket;
  private final Events events;
  private boolean closed;

  private WebSocketWire(WebSocket socket, Events events) {
    this.socket = socket;
    this.events = events;
  }

  @Override
  public void send(SpecificRecord message) {
    ByteBuf frame = Unpooled.buffer(INITIAL_FRAME_BYTES);
    frames.encode(message, frame);
    write(frame);
  }

  @Override
  public void writeProduce(
      long requestId, String topic, int partition, int acks, int timeoutMs, ByteBuffer batch) {
    ByteBuf frame = Unpooled.buffer(MessageFrames.produceSizeBound(topic, batch));
    frames.encodeProduce(requestId, topic, partition, acks, timeoutMs, batch, frame);
    write(frame);
  }

  private void write(ByteBuf frame) {
    // What cannot be written is lost with the socket, whose closing is told by itself.
    if (!socket.isClosed()) {
      socket.writeBinaryMessage(BufferInternal.buffer(frame));
    }
  }

  /** Every message is sent when it is written. */
  @Override
  public void flush() {}

  @Override
  public boolean isWritable() {
    return !socket.isClosed() && !socket.writeQueueFull();
  }

  @Override
  public void close() {
    if (!socket.isClosed()) {
      socket.close();
    }
  }

  private void closed(String reason) {
    if (!closed) {
      closed = true;
      events.onClosed(reason);
    }
  }

  private void listen() {
    socket.binaryMessageHandler(this::onFrame);
    socket.textMessageHandler(
        text -> {
          closed("the broker sent text, expected binary messages");
          close();
        });
    socket.drainHandler(ignored -> events.onWritable());
    socket.exceptionHandler(failure -> closed(Failures.reason(failure)));
    socket.closeHandler(ignored -> closed(closeReason()));
    events.onOpen(this);
  }

  private String closeReason() {
    Short code = socket.closeStatusCode();
    String reason = socket.closeReason();
    return "the broker closed the connection"
        + (code == null ? "" : " with code " + code)
        + (reason == null || reason.isEmpty() ? "" : ": " + reason);
  }

  private void onFrame(Buffer frame) {
    SpecificRecord message;
    try {
      message = frames.decode(((BufferInternal) frame).getByteBuf().nioBuffer());
    } catch (StreamException e) {
      closed("a message could not be read: " + e.getMessage());
      close();
      return;
    }
    if (!closed) {
      events.onMessage(message);
    }
  }

  /** Opens WebSockets. */
  static final class WebSocketOpener implements Wire.Opener {
    private final WebSocketClient client;

    WebSocketOpener(Vertx vertx, SettingValues settings) {
      int maxFrameBytes = settings.get(ClientSettings.FRAME_MAX_BYTES);
      WebSocketClientOptions options =
          new WebSocketClientOptions()
              .setMaxFrameSize(maxFrameBytes)
              .setMaxMessageSize(maxFrameBytes)
              .setVerifyHost(settings.get(ClientSettings.TLS_VERIFY_HOSTNAME));
      TlsFiles.apply(settings, options);
      this.client = vertx.createWebSocketClient(options);
    }

    @Override
    public void open(BrokerAddress address, Events events) {
      WebSocketConnectOptions target =
          new WebSocketConnectOptions().addSubProtocol(WireFormat.AVRO.subProtocol());
      target.setHost(address.host()).setPort(address.port()).setURI(PATH);
      client
          .connect(target)
          .onComplete(
              connected -> {
                if (connected.succeeded()) {
                  new WebSocketWire(connected.result(), events).listen();
                } else {
                  events.onClosed(Failures.reason(connected.cause()));
                }
              });
    }

    @Override
    public void close() {
      client.close();
    }
  }
}
