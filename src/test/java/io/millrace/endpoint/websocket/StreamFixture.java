package io.millrace.endpoint.websocket;

import io.millrace.endpoint.http.HttpFixture;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;

/** An HTTP endpoint with the routes of streams. */
final class StreamFixture {
  private StreamFixture() {}

  static HttpFixture ready(String... settings) {
    return HttpFixture.ready(
        (fixture, sessions) ->
            List.of(
                new StreamRoutes(
                    fixture.vertx,
                    fixture.settings,
                    sessions,
                    fixture.metadata::image,
                    fixture.metrics)),
        settings);
  }

  static void createTopic(HttpFixture server, String topic, int partitions) {
    server.send("POST", "/v1/topics/" + topic, "{\"partitions\":" + partitions + "}");
  }

  /** Writes values {@code v<from>} to {@code v<to - 1>} to one partition. */
  static void write(HttpFixture server, String topic, int partition, int from, int to) {
    JsonArray records = new JsonArray();
    for (int i = from; i < to; i++) {
      records.add(new JsonObject().put("partition", partition).put("value", "v" + i));
    }
    int status =
        server.send("POST", "/v1/topics/" + topic + "/records", records.encode()).statusCode();
    if (status != 200) {
      throw new AssertionError("status " + status);
    }
  }
}
