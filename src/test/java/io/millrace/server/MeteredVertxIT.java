package io.millrace.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.Meter;
import io.millrace.metrics.MicrometerMetrics;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.http.HttpServer;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class MeteredVertxIT {
  @Test
  void shouldMeasureHttpRequestsAndNeitherBusNorSockets() throws Exception {
    // given
    try (MicrometerMetrics metrics = new MicrometerMetrics(10, 1_000)) {
      Vertx vertx = MeteredVertx.builder(new VertxOptions(), metrics.registry()).build();
      try {
        vertx.eventBus().localConsumer("a", message -> {});
        vertx.eventBus().send("a", "text");
        HttpServer server = vertx.createHttpServer();
        server.requestHandler(request -> request.response().end());
        server
            .listen(0, "127.0.0.1")
            .toCompletionStage()
            .toCompletableFuture()
            .get(10, TimeUnit.SECONDS);
        URI uri = URI.create("http://127.0.0.1:" + server.actualPort() + "/");

        // when
        for (int i = 0; i < 30; i++) {
          HttpRequest request =
              HttpRequest.newBuilder(uri)
                  .method("M" + i, HttpRequest.BodyPublishers.noBody())
                  .build();
          HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.discarding());
        }

        // then
        List<String> names =
            metrics.registry().getMeters().stream()
                .map(Meter::getId)
                .map(Meter.Id::getName)
                .distinct()
                .toList();
        assertThat(names).anyMatch(name -> name.startsWith("vertx.http.server"));
        assertThat(names)
            .noneMatch(name -> name.contains("eventbus") || name.startsWith("vertx.net"));
        assertThat(metrics.registry().find("vertx.http.server.requests").counters())
            .as("methods that nobody knows do not make meters without end")
            .hasSizeLessThanOrEqualTo(10);
      } finally {
        vertx.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
      }
    }
  }
}
