package io.millrace.process;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.process.PlainWebSocketReader.Read;
import io.netty.channel.Channel;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.core.net.impl.ConnectionBase;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * The reader of the kill tests beside a server that ends each connection at the worst moment: while
 * the listener is busy with a message, an end of which the JDK's WebSocket does not tell it.
 */
final class PlainWebSocketReaderIT {
  private static final int CONNECTIONS = 5;

  private final Vertx vertx = Vertx.vertx();
  private volatile Channel channel;
  private int served;

  @AfterEach
  void stop() {
    await(vertx.close());
  }

  @Test
  @Timeout(value = 1, unit = TimeUnit.MINUTES)
  void shouldConnectAgainWhenAConnectionEndsWhileItsListenerIsBusy() throws Exception {
    // given
    HttpServerOptions options =
        new HttpServerOptions().addWebSocketSubProtocol("millrace.json.v1").setHost("127.0.0.1");
    int port =
        await(vertx.createHttpServer(options).requestHandler(this::serve).listen(0)).actualPort();

    // when
    try (PlainWebSocketReader reader =
        new PlainWebSocketReader(port, "flights", CONNECTIONS, this::endConnection)) {
      reader.complete().get(40, TimeUnit.SECONDS);

      // then
      assertThat(reader.reads()).extracting(Read::offset).containsExactly(0L, 1L, 2L, 3L, 4L);
    }
  }

  /**
   * As if the server's process died, without the handshake that closes a WebSocket. Everything that
   * the client sent was read, so the connection ends and is not reset.
   */
  private void endConnection() {
    channel.pipeline().firstContext().close().syncUninterruptibly();
  }

  private void serve(HttpServerRequest request) {
    Channel connection = ((ConnectionBase) request.connection()).channelHandlerContext().channel();
    request.toWebSocket().onSuccess(socket -> serve(socket, connection));
  }

  private void serve(ServerWebSocket socket, Channel connection) {
    channel = connection;
    socket.textMessageHandler(
        message -> {
          if (message.contains("\"hello\"")) {
            socket.writeTextMessage("{\"type\":\"welcome\",\"version\":1}");
          } else if (message.contains("\"subscribe\"")) {
            socket.writeTextMessage(oneRecord(served++));
          }
        });
  }

  private static String oneRecord(int offset) {
    return """
        {"type":"records","partition":0,"nextOffset":"%d","creditRecords":"1","creditBytes":"1",
         "records":[{"offset":"%d","key":"k","value":"v"}]}
        """
        .formatted(offset + 1, offset);
  }

  private static <T> T await(Future<T> future) {
    return future.toCompletionStage().toCompletableFuture().join();
  }
}
