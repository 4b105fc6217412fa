package io.millrace.client;

import io.millrace.endpoint.TestTls;
import io.millrace.protocol.stream.message.Produce;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.core.internal.buffer.BufferInternal;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetServerOptions;
import io.vertx.core.net.NetSocket;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.parsetools.RecordParser;
import java.util.ArrayList;
import java.util.List;
import org.apache.avro.specific.SpecificRecord;

/** The model broker behind real sockets: TCP and WebSocket, on ports that the system chooses. */
final class SocketBroker {
  private static final BrokerAddress ANYWHERE = new BrokerAddress("model", 1);

  private final ModelBroker model;
  private final NetServer tcp;
  private final HttpServer http;
  private final List<Runnable> closers = new ArrayList<>();
  private final List<Bridge> bridges = new ArrayList<>();

  /**
   * @param tls encrypted with the test certificate
   */
  SocketBroker(Vertx vertx, ModelBroker model, boolean tls) {
    this.model = model;
    NetServerOptions tcpOptions = new NetServerOptions();
    HttpServerOptions httpOptions =
        new HttpServerOptions().setWebSocketSubProtocols(List.of("millrace.avro.v1"));
    if (tls) {
      PemKeyCertOptions keys =
          new PemKeyCertOptions()
              .addCertPath(TestTls.pem("server", "cert"))
              .addKeyPath(TestTls.pem("server", "key"));
      tcpOptions.setSsl(true).setKeyCertOptions(keys);
      httpOptions.setSsl(true).setKeyCertOptions(keys);
    }
    this.tcp = vertx.createNetServer(tcpOptions).connectHandler(this::onSocket);
    this.http = vertx.createHttpServer(httpOptions).webSocketHandler(this::onWebSocket);
  }

  Future<Void> start() {
    return Future.all(tcp.listen(0, "127.0.0.1"), http.listen(0, "127.0.0.1")).mapEmpty();
  }

  String tcpAddress() {
    return "127.0.0.1:" + tcp.actualPort();
  }

  String httpAddress() {
    return "127.0.0.1:" + http.actualPort();
  }

  /** Goes dead on all connections without closing them; new ones are served. */
  void silenceAll() {
    bridges.forEach(bridge -> bridge.silent = true);
  }

  /** Breaks all connections. */
  void cutAll() {
    List.copyOf(closers).forEach(Runnable::run);
    closers.clear();
  }

  private void onSocket(NetSocket socket) {
    Bridge bridge =
        new Bridge(
            frame -> socket.write(Buffer.buffer().appendInt(frame.length()).appendBuffer(frame)),
            socket::close);
    RecordParser parser = RecordParser.newFixed(Integer.BYTES);
    boolean[] inBody = {false};
    parser.handler(
        bytes -> {
          if (inBody[0]) {
            parser.fixedSizeMode(Integer.BYTES);
            bridge.onFrame(bytes);
          } else {
            parser.fixedSizeMode(bytes.getInt(0));
          }
          inBody[0] = !inBody[0];
        });
    socket.handler(parser);
    socket.closeHandler(closed -> bridge.onClosed());
  }

  private void onWebSocket(ServerWebSocket socket) {
    Bridge bridge = new Bridge(socket::writeBinaryMessage, socket::close);
    socket.binaryMessageHandler(bridge::onFrame);
    socket.closeHandler(closed -> bridge.onClosed());
  }

  /** One connection: frames on one side, the model on the other. */
  private final class Bridge implements Wire.Events {
    private final MessageFrames frames = new MessageFrames();
    private final Handler<Buffer> toClient;
    private final Runnable close;
    private final List<SpecificRecord> early = new ArrayList<>();
    private Wire wire;
    private boolean silent;

    private Bridge(Handler<Buffer> toClient, Runnable close) {
      this.toClient = toClient;
      this.close = close;
      closers.add(close);
      bridges.add(this);
      model.open(ANYWHERE, this);
    }

    private void onFrame(Buffer frame) {
      if (silent) {
        return;
      }
      // What is decoded are views of these bytes, and the model keeps some of them.
      SpecificRecord message = frames.decode(java.nio.ByteBuffer.wrap(frame.getBytes()));
      if (wire == null) {
        early.add(message);
      } else {
        give(message);
      }
    }

    private void give(SpecificRecord message) {
      if (message instanceof Produce produce) {
        wire.writeProduce(
            produce.getRequestId(),
            produce.getTopic(),
            produce.getPartition(),
            produce.getAcks(),
            produce.getTimeoutMs(),
            produce.getBatch());
      } else {
        wire.send(message);
      }
    }

    private void onClosed() {
      if (wire != null) {
        wire.close();
      }
    }

    @Override
    public void onOpen(Wire opened) {
      wire = opened;
      early.forEach(this::give);
      early.clear();
    }

    @Override
    public void onMessage(SpecificRecord message) {
      if (silent) {
        return;
      }
      ByteBuf frame = Unpooled.buffer();
      frames.encode(message, frame);
      toClient.handle(BufferInternal.buffer(frame));
    }

    @Override
    public void onWritable() {}

    @Override
    public void onClosed(String reason) {
      close.run();
    }
  }
}
