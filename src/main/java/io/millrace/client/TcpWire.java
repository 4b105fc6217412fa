package io.millrace.client;

import io.millrace.model.StreamException;
import io.millrace.model.config.SettingValues;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.handler.codec.LengthFieldBasedFrameDecoder;
import io.vertx.core.Vertx;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.internal.net.NetSocketInternal;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetClientOptions;
import io.vertx.core.net.NetSocket;
import java.nio.ByteBuffer;
import org.apache.avro.specific.SpecificRecord;

/**
 * Messages over TCP: {@code int32 length | Avro single-object encoding}. Frames are written into
 * pooled buffers and handed to Netty's channel directly, so that several batches of one pass leave
 * with one system call.
 *
 * <p>Threading: the event loop.
 */
final class TcpWire extends ChannelDuplexHandler implements Wire {
  /** Netty takes frames without a pause up to so many bytes that the socket has not taken. */
  private static final WriteBufferWaterMark WATER_MARK =
      new WriteBufferWaterMark(256 * 1024, 1024 * 1024);

  private final MessageFrames frames = new MessageFrames();
  private final ChannelHandlerContext vertxHandler;
  private final ContextInternal context;
  private final NetSocket socket;
  private final Events events;
  private boolean closed;

  private TcpWire(NetSocketInternal socket, ContextInternal context, Events events) {
    this.socket = socket;
    this.vertxHandler = socket.channelHandlerContext();
    this.context = context;
    this.events = events;
  }

  @Override
  public void send(SpecificRecord message) {
    ByteBuf frame = vertxHandler.alloc().buffer();
    frame.writeInt(0);
    frames.encode(message, frame);
    frame.setInt(0, frame.readableBytes() - Integer.BYTES);
    write(frame);
    flush();
  }

  @Override
  public void writeProduce(
      long requestId, String topic, int partition, int acks, int timeoutMs, ByteBuffer batch) {
    int bound = Integer.BYTES + MessageFrames.produceSizeBound(topic, batch);
    ByteBuf frame = vertxHandler.alloc().buffer(bound);
    frame.writeInt(0);
    frames.encodeProduce(requestId, topic, partition, acks, timeoutMs, batch, frame);
    frame.setInt(0, frame.readableBytes() - Integer.BYTES);
    write(frame);
  }

  private void write(ByteBuf frame) {
    // A frame that cannot be written was released by the channel, whose closing is told by itself.
    ChannelFuture unused = vertxHandler.write(frame, vertxHandler.voidPromise());
  }

  @Override
  public void flush() {
    vertxHandler.flush();
  }

  @Override
  public boolean isWritable() {
    return vertxHandler.channel().isWritable();
  }

  @Override
  public void close() {
    socket.close();
  }

  private void closed(String reason) {
    if (!closed) {
      closed = true;
      events.onClosed(reason);
    }
  }

  /** Takes the frames out of the channel's pipeline before Vert.x sees them. */
  @Override
  public void channelRead(ChannelHandlerContext channel, Object message) {
    ByteBuf frame = (ByteBuf) message;
    try {
      context.dispatch(frame, this::onFrame);
    } finally {
      frame.release();
    }
  }

  private void onFrame(ByteBuf frame) {
    SpecificRecord message;
    try {
      message = frames.decode(frame.nioBuffer());
    } catch (StreamException e) {
      closed("a message could not be read: " + e.getMessage());
      close();
      return;
    }
    if (!closed) {
      events.onMessage(message);
    }
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext channel) {
    if (isWritable() && !closed) {
      context.dispatch(events, Events::onWritable);
    }
    channel.fireChannelWritabilityChanged();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext channel, Throwable cause) {
    context.dispatch(cause, failure -> closed(Failures.reason(failure)));
    socket.close();
  }

  /** Opens sockets. */
  static final class TcpOpener implements Wire.Opener {
    private static final String HTTPS = "HTTPS";

    private final NetClient client;
    private final int maxFrameBytes;

    TcpOpener(Vertx vertx, SettingValues settings) {
      NetClientOptions options = new NetClientOptions();
      TlsFiles.apply(settings, options);
      boolean verify = settings.get(ClientSettings.TLS_VERIFY_HOSTNAME);
      options.setHostnameVerificationAlgorithm(verify ? HTTPS : "");
      this.client = vertx.createNetClient(options);
      this.maxFrameBytes = settings.get(ClientSettings.FRAME_MAX_BYTES);
    }

    @Override
    public void open(BrokerAddress address, Events events) {
      client
          .connect(address.port(), address.host())
          .onComplete(
              connected -> {
                if (connected.succeeded()) {
                  adopt(connected.result(), events);
                } else {
                  events.onClosed(Failures.reason(connected.cause()));
                }
              });
    }

    private void adopt(NetSocket socket, Events events) {
      NetSocketInternal internal = (NetSocketInternal) socket;
      TcpWire wire = new TcpWire(internal, ContextInternal.current(), events);
      ChannelHandlerContext handler = internal.channelHandlerContext();
      handler.channel().config().setWriteBufferWaterMark(WATER_MARK);
      handler
          .pipeline()
          .addBefore(handler.name(), "millrace-frames", frameDecoder())
          .addBefore(handler.name(), "millrace-messages", wire);
      socket.closeHandler(ignored -> wire.closed("the broker closed the connection"));
      events.onOpen(wire);
    }

    private LengthFieldBasedFrameDecoder frameDecoder() {
      return new LengthFieldBasedFrameDecoder(maxFrameBytes, 0, Integer.BYTES, 0, Integer.BYTES);
    }

    @Override
    public void close() {
      client.close();
    }
  }
}
