package io.millrace.endpoint.http;

import io.millrace.bus.NoGroups;
import io.millrace.endpoint.ConnectionLimits;
import io.millrace.endpoint.HttpRoutes;
import io.millrace.endpoint.InMemoryMetadata;
import io.millrace.endpoint.InMemoryPartitions;
import io.millrace.endpoint.NodeState;
import io.millrace.endpoint.session.MemberClaims;
import io.millrace.endpoint.session.SessionLoop;
import io.millrace.metrics.MicrometerMetrics;
import io.millrace.model.Lease;
import io.millrace.model.TimeSource;
import io.millrace.model.config.BrokerSettings;
import io.millrace.model.config.SettingValues;
import io.millrace.protocol.kafka.ConsumerProtocolCodec;
import io.netty.util.ResourceLeakDetector;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** An HTTP endpoint on a free port, before partitions in memory. */
public final class HttpFixture implements AutoCloseable {
  private static final Duration TIMEOUT = Duration.ofSeconds(10);

  static {
    ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.PARANOID);
  }

  public final InMemoryPartitions partitions = new InMemoryPartitions();
  public final InMemoryMetadata metadata = new InMemoryMetadata(partitions);
  public final NodeState state = new NodeState();
  public final MicrometerMetrics metrics = new MicrometerMetrics(10, 1_000);
  public final Vertx vertx = Vertx.vertx();
  public final SettingValues settings;
  public final ConnectionLimits limits;
  private final HttpEndpoint endpoint;
  private final String deployment;
  private final HttpClient client = HttpClient.newBuilder().connectTimeout(TIMEOUT).build();

  /** Routes that a test adds. */
  public interface Routes {
    List<HttpRoutes> make(HttpFixture fixture, SessionLoop sessions);
  }

  private HttpFixture(Map<String, String> given, Routes routes) {
    Map<String, String> texts = new HashMap<>(given);
    texts.putIfAbsent("http.port", "0");
    settings = BrokerSettings.of(texts);
    limits = new ConnectionLimits(settings);
    endpoint =
        new HttpEndpoint(
            new HttpServices(
                settings,
                state,
                limits,
                metrics,
                TimeSource.SYSTEM,
                () -> partitions,
                () -> metadata,
                NoGroups::new,
                new ConsumerProtocolCodec(),
                new MemberClaims(),
                Lease.ALWAYS,
                loop -> routes.make(this, loop),
                metrics::scrape,
                () -> 0,
                "test"));
    deployment = await(vertx.deployVerticle(endpoint));
  }

  /** A ready node with these settings. */
  public static HttpFixture ready(String... keyValues) {
    return ready((fixture, sessions) -> List.of(), keyValues);
  }

  /** A ready node with these settings and routes. */
  public static HttpFixture ready(Routes routes, String... keyValues) {
    HttpFixture fixture = starting(routes, keyValues);
    fixture.state.toReady();
    return fixture;
  }

  static HttpFixture starting(Routes routes, String... keyValues) {
    Map<String, String> given = new HashMap<>();
    for (int i = 0; i < keyValues.length; i += 2) {
      given.put(keyValues[i], keyValues[i + 1]);
    }
    return new HttpFixture(given, routes);
  }

  public static <T> T await(io.vertx.core.Future<T> future) {
    try {
      return future.toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
    } catch (java.util.concurrent.ExecutionException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw new AssertionError(e);
    } catch (InterruptedException | java.util.concurrent.TimeoutException e) {
      throw new AssertionError(e);
    }
  }

  public int port() {
    return endpoint.port();
  }

  public URI uri(String path) {
    return URI.create("http://localhost:" + port() + path);
  }

  /** Sends a request, body empty for none, and waits for its answer. */
  public HttpResponse<String> send(String method, String path, String body, String... headers) {
    HttpRequest.Builder request = HttpRequest.newBuilder(uri(path)).timeout(TIMEOUT);
    request.method(
        method,
        body.isEmpty()
            ? HttpRequest.BodyPublishers.noBody()
            : HttpRequest.BodyPublishers.ofString(body));
    if (!body.isEmpty() && headers.length == 0) {
      request.header("Content-Type", "application/json");
    }
    if (headers.length > 0) {
      request.headers(headers);
    }
    try {
      return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    } catch (java.io.IOException | InterruptedException e) {
      throw new AssertionError(method + " " + path, e);
    }
  }

  public HttpResponse<String> get(String path, String... headers) {
    return send("GET", path, "", headers);
  }

  static JsonObject json(HttpResponse<String> response) {
    return new JsonObject(response.body());
  }

  static String errorName(HttpResponse<String> response) {
    return json(response).getJsonObject("error").getString("name");
  }

  /** Waits until something has come true. */
  public void eventually(java.util.function.BooleanSupplier condition) {
    Promise<Void> met = Promise.promise();
    long timer =
        vertx.setPeriodic(
            5,
            tick -> {
              if (condition.getAsBoolean()) {
                met.tryComplete();
              }
            });
    await(met.future());
    vertx.cancelTimer(timer);
  }

  /** Undeploys the endpoint. */
  public void stop() {
    await(vertx.undeploy(deployment));
  }

  @Override
  public void close() {
    await(vertx.close());
    metrics.close();
  }
}
