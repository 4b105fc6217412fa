package io.millrace.endpoint.http;

import static io.millrace.endpoint.http.HttpFixture.errorName;
import static io.millrace.endpoint.http.HttpFixture.json;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.model.ErrorCode;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpResponse;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HttpEndpointIT {
  private HttpFixture server = HttpFixture.ready();

  @AfterEach
  void close() {
    server.close();
  }

  private void restart(HttpFixture other) {
    server.close();
    server = other;
  }

  @Test
  void shouldBeAliveBeforeItIsReady() {
    // given
    restart(HttpFixture.starting((fixture, sessions) -> List.of()));

    // when
    HttpResponse<String> live = server.get("/health/live");
    HttpResponse<String> notYet = server.get("/health/ready");
    server.state.toReady();
    HttpResponse<String> ready = server.get("/health/ready");
    server.state.toStopping();
    HttpResponse<String> stopping = server.get("/health/ready");

    // then
    assertThat(live.statusCode()).isEqualTo(200);
    assertThat(notYet.statusCode()).isEqualTo(503);
    assertThat(json(notYet).getString("status")).isEqualTo("starting");
    assertThat(ready.statusCode()).isEqualTo(200);
    assertThat(stopping.statusCode()).isEqualTo(503);
  }

  @Test
  void shouldTakeNoWorkWhileStopping() {
    // given
    server.state.toStopping();

    // when
    HttpResponse<String> answer = server.get("/v1/topics");

    // then
    assertThat(answer.statusCode()).isEqualTo(503);
    assertThat(errorName(answer)).isEqualTo("SHUTTING_DOWN");
  }

  @Test
  void shouldCreateDescribeAlterListAndDeleteATopic() {
    // when
    HttpResponse<String> created =
        server.send(
            "POST",
            "/v1/topics/flights",
            "{\"partitions\":2,\"settings\":{\"retention.ms\":60000}}");
    HttpResponse<String> altered =
        server.send(
            "PATCH",
            "/v1/topics/flights",
            "{\"partitions\":3,\"settings\":{\"retention.ms\":null,\"segment.bytes\":\"2048\"}}");
    HttpResponse<String> listed = server.get("/v1/topics");
    HttpResponse<String> deleted = server.send("DELETE", "/v1/topics/flights", "");
    HttpResponse<String> gone = server.get("/v1/topics/flights");

    // then
    assertThat(created.statusCode()).isEqualTo(201);
    assertThat(json(created).getJsonArray("partitions")).hasSize(2);
    assertThat(setting(json(created), "retention.ms").getString("value")).isEqualTo("60000");
    assertThat(setting(json(created), "retention.ms").getBoolean("default")).isFalse();
    JsonObject partition = json(altered).getJsonArray("partitions").getJsonObject(2);
    assertThat(json(altered).getJsonArray("partitions")).hasSize(3);
    assertThat(partition.getString("startOffset")).isEqualTo("0");
    assertThat(partition.getString("endOffset")).isEqualTo("0");
    assertThat(partition.getInteger("leader")).isEqualTo(0);
    assertThat(setting(json(altered), "retention.ms").getBoolean("default")).isTrue();
    assertThat(setting(json(altered), "segment.bytes").getString("value")).isEqualTo("2048");
    assertThat(json(listed).getJsonArray("topics").getJsonObject(0).getString("name"))
        .isEqualTo("flights");
    assertThat(json(deleted).getBoolean("deleted")).isTrue();
    assertThat(gone.statusCode()).isEqualTo(404);
    assertThat(errorName(gone)).isEqualTo("UNKNOWN_TOPIC_OR_PARTITION");
  }

  private static JsonObject setting(JsonObject topic, String name) {
    return topic.getJsonObject("settings").getJsonObject(name);
  }

  @Test
  void shouldCheckATopicWithoutCreatingIt() {
    // when
    HttpResponse<String> answer =
        server.send("POST", "/v1/topics/later", "{\"partitions\":4,\"validateOnly\":true}");

    // then
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(json(answer).getInteger("partitionCount")).isEqualTo(4);
    assertThat(server.get("/v1/topics/later").statusCode()).isEqualTo(404);
  }

  @Test
  void shouldSayWhyAPartitionDoesNotAnswer() {
    // given
    server.send("POST", "/v1/topics/t", "{}");
    server.partitions.failWith(ErrorCode.STORAGE_ERROR);

    // when
    HttpResponse<String> answer = server.get("/v1/topics/t");

    // then
    JsonObject partition = json(answer).getJsonArray("partitions").getJsonObject(0);
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(partition.getJsonObject("error").getString("name")).isEqualTo("STORAGE_ERROR");
    assertThat(partition.containsKey("endOffset")).isFalse();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "POST|/v1/topics/a%20b|{}|400|INVALID_TOPIC",
        "POST|/v1/topics/t|{\"partitions\":0}|400|INVALID_PARTITIONS",
        "POST|/v1/topics/t|{\"partitions\":\"x\"}|400|INVALID_REQUEST",
        "POST|/v1/topics/t|{\"partitions\":1e99}|400|INVALID_REQUEST",
        "POST|/v1/topics/t|{\"partition\":1}|400|INVALID_REQUEST",
        "POST|/v1/topics/t|{\"settings\":{\"no.such\":\"1\"}}|400|INVALID_CONFIG",
        "POST|/v1/topics/t|{\"settings\":{\"retention.ms\":[1]}}|400|INVALID_REQUEST",
        "POST|/v1/topics/t|{\"settings\":[]}|400|INVALID_REQUEST",
        "POST|/v1/topics/t|[1]|400|INVALID_REQUEST",
        "POST|/v1/topics/t|{\"partitions\":|400|INVALID_REQUEST",
        "POST|/v1/topics/exists|{}|409|TOPIC_ALREADY_EXISTS",
        "PATCH|/v1/topics/exists|{}|400|INVALID_REQUEST",
        "PATCH|/v1/topics/exists|{\"partitions\":1}|400|INVALID_PARTITIONS",
        "PATCH|/v1/topics/nobody|{\"partitions\":2}|404|UNKNOWN_TOPIC_OR_PARTITION",
        "DELETE|/v1/topics/nobody||404|UNKNOWN_TOPIC_OR_PARTITION",
        "GET|/no/such/thing||404|NOT_FOUND"
      })
  void shouldAnswerErrorsAsJson(String method, String path, String body, int status, String name) {
    // given
    server.send("POST", "/v1/topics/exists", "{}");

    // when
    HttpResponse<String> answer = server.send(method, path, body == null ? "" : body);

    // then
    JsonObject error = json(answer).getJsonObject("error");
    assertThat(answer.statusCode()).isEqualTo(status);
    assertThat(error.getString("name")).isEqualTo(name);
    assertThat(error.getInteger("code")).isEqualTo(ErrorCode.valueOf(name).id());
    assertThat(error.getString("message")).isNotBlank().doesNotContain("io.vertx", "Exception");
    assertThat(error.getBoolean("retriable")).isNotNull();
    assertThat(answer.headers().firstValue("Content-Type")).contains("application/json");
  }

  @Test
  void shouldListTheMethodsOfAResource() {
    // when
    HttpResponse<String> answer = server.send("PUT", "/v1/topics/t", "{}");

    // then
    assertThat(answer.statusCode()).isEqualTo(405);
    assertThat(answer.headers().firstValue("Allow")).contains("GET, POST, PATCH, DELETE");
    assertThat(errorName(answer)).isEqualTo("INVALID_REQUEST");
  }

  @ParameterizedTest
  @CsvSource({
    "text/plain",
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x",
    "application/jsonx"
  })
  void shouldReadNothingThatAFormCanSend(String type) {
    // when
    HttpResponse<String> answer =
        server.send("POST", "/v1/topics/t", "{\"partitions\":1}", "Content-Type", type);

    // then
    assertThat(answer.statusCode()).isEqualTo(415);
    assertThat(errorName(answer)).isEqualTo("UNSUPPORTED_MEDIA_TYPE");
    assertThat(server.metadata.image().topics()).isEmpty();
  }

  @Test
  void shouldReadNoEncodedBody() {
    // when
    HttpResponse<String> answer =
        server.send(
            "POST",
            "/v1/topics/t",
            "x",
            "Content-Type",
            "application/json",
            "Content-Encoding",
            "gzip");

    // then
    assertThat(answer.statusCode()).isEqualTo(415);
  }

  @Test
  void shouldRefuseALargeBodyBeforeItIsSent() {
    // when
    HttpResponse<String> answer = server.send("POST", "/v1/topics/t", " ".repeat(300_000) + "{}");

    // then
    assertThat(answer.statusCode()).isEqualTo(413);
    assertThat(errorName(answer)).isEqualTo("FRAME_TOO_LARGE");
  }

  @Test
  void shouldRefuseABodyThatGrowsTooLargeWhileItStreams() {
    // given
    try (RawHttp client = new RawHttp(server.port())) {
      client.send(
          "POST /v1/topics/t HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
              + "Transfer-Encoding: chunked\r\n\r\n");

      // when
      client.send("50000\r\n" + " ".repeat(0x50000) + "\r\n");

      // then
      assertThat(client.readToEnd()).startsWith("HTTP/1.1 413 ").contains("FRAME_TOO_LARGE");
    }
  }

  @Test
  void shouldDescribeTheCluster() {
    // given
    server.send("POST", "/v1/topics/t", "{\"partitions\":5}");

    // when
    JsonObject cluster = json(server.get("/v1/cluster"));

    // then
    assertThat(cluster.getString("clusterId")).hasSize(22);
    assertThat(cluster.getInteger("topicCount")).isEqualTo(1);
    assertThat(cluster.getInteger("partitionCount")).isEqualTo(5);
    assertThat(cluster.getJsonArray("brokers").getJsonObject(0).getInteger("nodeId")).isZero();
    assertThat(cluster.getString("state")).isEqualTo("ready");
    assertThat(cluster.getInteger("controller")).isGreaterThanOrEqualTo(-1);
    assertThat(cluster.getInteger("underReplicatedPartitionCount")).isZero();
    assertThat(cluster.getJsonArray("brokers").getJsonObject(0).getInteger("leads")).isEqualTo(5);
  }

  @Test
  void shouldDrainABrokerAndTakeItBack() {
    // when
    HttpResponse<String> drained = server.send("POST", "/v1/cluster/brokers/0/drain", "");
    HttpResponse<String> described = server.get("/v1/cluster");
    HttpResponse<String> back = server.send("DELETE", "/v1/cluster/brokers/0/drain", "");
    HttpResponse<String> balanced = server.send("POST", "/v1/cluster/rebalance", "");

    // then
    assertThat(json(drained))
        .isEqualTo(new JsonObject().put("nodeId", 0).put("draining", true).put("replicas", 0));
    assertThat(json(described).getJsonArray("brokers").getJsonObject(0).getBoolean("draining"))
        .isTrue();
    assertThat(json(back).getBoolean("draining")).isFalse();
    assertThat(json(balanced).getInteger("moves")).isZero();
  }

  @Test
  void shouldSayWhichBrokerThereIsNot() {
    // when
    HttpResponse<String> unknown = server.send("POST", "/v1/cluster/brokers/7/drain", "");
    HttpResponse<String> nonsense = server.send("POST", "/v1/cluster/brokers/x/drain", "");

    // then
    assertThat(errorName(unknown)).isEqualTo("BROKER_NOT_FOUND");
    assertThat(errorName(nonsense)).isEqualTo("INVALID_REQUEST");
    assertThat(nonsense.statusCode()).isEqualTo(400);
  }

  @Test
  void shouldShowMetricsAsPrometheusReadsThem() {
    // when
    HttpResponse<String> answer = server.get("/metrics");

    // then
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.headers().firstValue("Content-Type"))
        .contains("text/plain; version=0.0.4; charset=utf-8");
    assertThat(answer.body())
        .contains("connections_open{listener=\"http\"} 1.0")
        .contains("jvm_memory_used_bytes");
  }

  @Test
  void shouldServeTheConsoleFromItsOwnOriginOnly() {
    // when
    HttpResponse<String> page = server.get("/");

    // then
    assertThat(page.body()).contains("<title>Millrace</title>").doesNotContain("http://");
    assertThat(page.headers().firstValue("Content-Security-Policy").orElseThrow())
        .contains("default-src 'none'", "frame-ancestors 'none'");
    assertThat(server.get("/console.js").headers().firstValue("Content-Type"))
        .contains("text/javascript; charset=utf-8");
    assertThat(server.get("/console.css").statusCode()).isEqualTo(200);
  }
}
