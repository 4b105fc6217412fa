package io.millrace.endpoint.http;

import static io.millrace.endpoint.http.HttpFixture.errorName;
import static io.millrace.endpoint.http.HttpFixture.json;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.model.ErrorCode;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RecordRoutesIT {
  private static final String RECORDS = "/v1/topics/t/records";

  private final HttpFixture server = HttpFixture.ready();

  @BeforeEach
  void createTopic() {
    server.send("POST", "/v1/topics/t", "{\"partitions\":2}");
  }

  @AfterEach
  void close() {
    server.close();
  }

  private JsonArray read(String query) {
    return json(server.get(RECORDS + query)).getJsonArray("records");
  }

  @Test
  void shouldWriteOneRecordAndReadItBack() {
    // when
    HttpResponse<String> written =
        server.send(
            "POST",
            RECORDS,
            "{\"key\":\"k\",\"valueJson\":{\"a\": 1.10},\"partition\":1,\"timestampMs\":\"5\","
                + "\"headers\":[{\"name\":\"h\",\"value\":\"x\"}]}");
    JsonObject answer = json(server.get(RECORDS + "?partition=1&offset=0"));

    // then
    assertThat(written.statusCode()).isEqualTo(200);
    JsonObject range = json(written).getJsonArray("results").getJsonObject(0);
    assertThat(range.getInteger("partition")).isEqualTo(1);
    assertThat(range.getString("baseOffset")).isEqualTo("0");
    assertThat(range.getInteger("count")).isEqualTo(1);
    JsonObject record = answer.getJsonArray("records").getJsonObject(0);
    assertThat(record.getString("key")).isEqualTo("k");
    assertThat(record.getString("value")).isEqualTo("{\"a\": 1.10}");
    assertThat(record.getString("timestampMs")).isEqualTo("5");
    assertThat(record.getJsonArray("headers").getJsonObject(0).getString("value")).isEqualTo("x");
    assertThat(answer.getString("nextOffset")).isEqualTo("1");
    assertThat(answer.getString("endOffset")).isEqualTo("1");
    server.eventually(() -> server.partitions.slicesHeld() == 0);
  }

  @Test
  void shouldWriteManyRecordsInTheirOrder() {
    // given
    JsonArray records = new JsonArray();
    for (int i = 0; i < 500; i++) {
      records.add(new JsonObject().put("key", "same").put("value", "v" + i));
    }

    // when
    HttpResponse<String> written = server.send("POST", RECORDS, records.encode());

    // then
    int partition = json(written).getJsonArray("results").getJsonObject(0).getInteger("partition");
    JsonArray read = read("?partition=" + partition + "&offset=0&max=1000");
    assertThat(read).hasSize(500);
    for (int i = 0; i < 500; i++) {
      assertThat(read.getJsonObject(i).getString("value")).isEqualTo("v" + i);
    }
  }

  @Test
  void shouldWriteTheBodyAsAValue() {
    // when
    HttpResponse<String> byQuery =
        server.send(
            "POST",
            RECORDS + "?key=a%20b&partition=0&acks=1",
            "raw bytes",
            "Content-Type",
            "application/octet-stream");
    HttpResponse<String> byHeader =
        server.send(
            "POST",
            RECORDS + "?partition=0",
            "more",
            "Content-Type",
            "application/octet-stream",
            "Millrace-Key",
            "k2");

    // then
    assertThat(byQuery.statusCode()).isEqualTo(200);
    assertThat(byHeader.statusCode()).isEqualTo(200);
    JsonArray read = read("?partition=0");
    assertThat(read.getJsonObject(0).getString("key")).isEqualTo("a b");
    assertThat(read.getJsonObject(0).getString("value")).isEqualTo("raw bytes");
    assertThat(read.getJsonObject(1).getString("key")).isEqualTo("k2");
  }

  @Test
  void shouldAnswerAtOnceWhenNobodyWantsAnAck() {
    // when
    HttpResponse<String> answer =
        server.send("POST", RECORDS + "?acks=0", "{\"value\":\"v\",\"partition\":0}");

    // then
    assertThat(answer.statusCode()).isEqualTo(202);
    assertThat(json(server.get(RECORDS + "?offset=0&waitMs=5000")).getJsonArray("records"))
        .hasSize(1);
  }

  @Test
  void shouldWaitForRecords() throws Exception {
    // given
    var reader =
        java.util.concurrent.CompletableFuture.supplyAsync(
            () -> json(server.get(RECORDS + "?offset=latest&waitMs=9000")));

    // when
    while (!reader.isDone()) {
      server.send("POST", RECORDS, "{\"value\":\"v\",\"partition\":0}");
    }

    // then
    assertThat(reader.get().getJsonArray("records")).isNotEmpty();
  }

  @Test
  void shouldReadNoMoreThanIsAskedFor() {
    // given
    server.send(
        "POST", RECORDS, "[{\"value\":\"a\",\"partition\":0},{\"value\":\"b\",\"partition\":0}]");

    // when
    JsonObject first = json(server.get(RECORDS + "?max=1"));
    JsonObject second =
        json(server.get(RECORDS + "?max=1&offset=" + first.getString("nextOffset")));

    // then
    assertThat(first.getJsonArray("records").getJsonObject(0).getString("value")).isEqualTo("a");
    assertThat(second.getJsonArray("records").getJsonObject(0).getString("value")).isEqualTo("b");
    assertThat(read("?offset=latest")).isEmpty();
  }

  @Test
  void shouldPassOnWhyAPartitionRefuses() {
    // given
    server.partitions.failWith(ErrorCode.DISK_FULL);

    // when
    HttpResponse<String> write = server.send("POST", RECORDS, "{\"value\":\"v\",\"partition\":0}");
    HttpResponse<String> read = server.get(RECORDS + "?offset=0");

    // then
    assertThat(write.statusCode()).isEqualTo(507);
    assertThat(errorName(write)).isEqualTo("DISK_FULL");
    assertThat(json(write).getJsonObject("error").getBoolean("retriable")).isTrue();
    assertThat(read.statusCode()).isEqualTo(507);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "POST|/v1/topics/none/records|{}|404|UNKNOWN_TOPIC_OR_PARTITION",
        "POST|/v1/topics/t/records|{\"value\":\"v\",\"partition\":2}|404|UNKNOWN_TOPIC_OR_PARTITION",
        "POST|/v1/topics/t/records|[]|400|INVALID_REQUEST",
        "POST|/v1/topics/t/records|\"text\"|400|INVALID_REQUEST",
        "POST|/v1/topics/t/records|{\"val\":\"v\"}|400|INVALID_REQUEST",
        "POST|/v1/topics/t/records|{\"value\":|400|INVALID_REQUEST",
        "POST|/v1/topics/t/records|{\"value\":\"v\"}],\"topic\":\"u\",\"records\":[|400|INVALID_REQUEST",
        "POST|/v1/topics/t/records|[],\"acks\":0|400|INVALID_REQUEST",
        "POST|/v1/topics/t/records|{\"value\":\"v\",\"timestampMs\":-1}|400|INVALID_TIMESTAMP",
        "POST|/v1/topics/t/records?acks=2|{}|400|INVALID_REQUEST",
        "POST|/v1/topics/t/records?timeoutMs=x|{}|400|INVALID_REQUEST",
        "GET|/v1/topics/t/records?partition=2||404|UNKNOWN_TOPIC_OR_PARTITION",
        "GET|/v1/topics/t/records?partition=-1||400|INVALID_REQUEST",
        "GET|/v1/topics/t/records?offset=-5||400|INVALID_START_OFFSET",
        "GET|/v1/topics/t/records?offset=99||416|OFFSET_OUT_OF_RANGE",
        "GET|/v1/topics/t/records?max=99999999||400|INVALID_REQUEST"
      })
  void shouldRefuseWhatItCannotDo(
      String method, String path, String body, int status, String name) {
    // when
    HttpResponse<String> answer = server.send(method, path, body == null ? "" : body);

    // then
    assertThat(answer.body()).contains("\"" + name + "\"");
    assertThat(answer.statusCode()).isEqualTo(status);
    assertThat(read("?offset=0")).isEmpty();
  }

  @Test
  void shouldRefuseABodyBeyondTheLimit() {
    // when
    HttpResponse<String> answer =
        server.send(
            "POST", RECORDS, "x".repeat(9 << 20), "Content-Type", "application/octet-stream");

    // then
    assertThat(answer.statusCode()).isEqualTo(413);
    assertThat(errorName(answer)).isEqualTo("FRAME_TOO_LARGE");
  }
}
