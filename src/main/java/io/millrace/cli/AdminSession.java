package io.millrace.cli;

import io.millrace.client.Admin;
import io.millrace.client.ClientSettings;
import io.millrace.client.OffsetAnswer;
import io.millrace.client.TopicDetails;
import io.millrace.model.ErrorCode;
import io.millrace.model.StreamException;
import io.millrace.model.TopicPartition;
import io.millrace.model.config.Setting;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/** An admin client for one command: waits for answers on the main thread. */
final class AdminSession implements AutoCloseable {
  private static final int TIMEOUT_MS = 10_000;
  private static final int LEAST_SETUP_MS = 2_000;
  private static final long PATIENCE_MS = 3_000;

  private final Vertx vertx = CommandVertx.open();
  private final Admin admin;

  /**
   * Connects.
   *
   * @throws StreamException CONNECTION_LOST if no broker answers within seconds
   */
  AdminSession(ClientOptions options) throws InterruptedException {
    this(options.settings(patience(options)));
  }

  private AdminSession(Map<String, String> settings) throws InterruptedException {
    try {
      admin = Admin.create(vertx, settings);
    } catch (StreamException e) {
      vertx.close();
      throw e;
    }
    try {
      await(admin.connected(PATIENCE_MS));
    } catch (StreamException e) {
      close();
      throw new StreamException(
          e.code(),
          "no broker answered ("
              + e.getMessage()
              + "); start one with 'millrace serve', or say where it is with --bootstrap-server",
          e);
    }
  }

  /**
   * Of several nodes one that takes connections and does not answer must not use up all the time.
   */
  private static Map<String, String> patience(ClientOptions options) {
    int setupMs = Math.max(LEAST_SETUP_MS, TIMEOUT_MS / options.addresses());
    return Map.of(
        "request.timeout.ms",
        String.valueOf(TIMEOUT_MS),
        "socket.connection.setup.timeout.ms",
        String.valueOf(setupMs));
  }

  /**
   * Checks that a broker answers, for commands whose clients would try to reach one for ever, or
   * until records time out.
   *
   * @param settings of any client; those that every client has count
   * @throws StreamException CONNECTION_LOST if no broker answers within seconds
   */
  static void requireBroker(Map<String, String> settings) throws InterruptedException {
    Map<String, String> common = new HashMap<>(settings);
    common.keySet().retainAll(ClientSettings.all().stream().map(Setting::name).toList());
    new AdminSession(common).close();
  }

  Admin admin() {
    return admin;
  }

  /**
   * The same topics, each partition with its first and its end offset as they are now; -1 where
   * nobody leads.
   */
  List<TopicReport> withOffsets(List<TopicDetails> topics) throws InterruptedException {
    List<TopicPartition> all =
        topics.stream()
            .flatMap(topic -> topic.partitions().stream().map(p -> TopicReport.place(topic, p)))
            .toList();
    Map<TopicPartition, OffsetAnswer> starts = await(admin.offsets(all, Admin.EARLIEST));
    Map<TopicPartition, OffsetAnswer> ends = await(admin.offsets(all, Admin.LATEST));
    return topics.stream().map(topic -> TopicReport.of(topic, starts, ends)).toList();
  }

  /**
   * The future's value.
   *
   * @throws StreamException as the future failed
   */
  static <T extends @Nullable Object> T await(Future<T> future) throws InterruptedException {
    try {
      return future.toCompletionStage().toCompletableFuture().get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof StreamException known) {
        throw known;
      }
      throw new StreamException(ErrorCode.UNKNOWN_SERVER_ERROR, String.valueOf(e.getMessage()), e);
    }
  }

  @Override
  public void close() {
    admin.close().eventually(vertx::close).toCompletionStage().toCompletableFuture().join();
  }
}
