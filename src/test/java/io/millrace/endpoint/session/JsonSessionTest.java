package io.millrace.endpoint.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.model.image.TopicImage;
import io.millrace.protocol.stream.WireFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a person sees who types at {@code wscat}. */
final class JsonSessionTest {
  @Test
  void shouldTalkJson() {
    try (SessionFixture fixture = new SessionFixture(WireFormat.JSON)) {
      // given
      TopicImage topic = fixture.broker.topic("t", 1);
      fixture.sendText(
          "{\"type\":\"hello\",\"minVersion\":1,\"maxVersion\":1,\"clientId\":\"\",\"features\":[]}");

      // when
      fixture.sendText(
          "{\"type\":\"produceRecords\",\"requestId\":1,\"topic\":\"t\",\"records\":"
              + "[{\"key\":\"ATL\",\"valueJson\":{\"a\": 1}},{\"key\":\"ATL\",\"value\":null}]}");
      fixture.broker.answerProduces();
      fixture.sendText(
          "{\"type\":\"subscribe\",\"streamId\":1,\"topics\":[\"t\"],"
              + "\"start\":\"earliest\",\"creditRecords\":1,\"creditBytes\":100000}");

      // then
      List<String> texts = fixture.transport.takeText();
      assertThat(texts.get(0)).startsWith("{\"type\":\"welcome\",\"version\":1,");
      assertThat(texts.get(1))
          .isEqualTo(
              "{\"type\":\"produced\",\"requestId\":\"1\",\"results\":[{\"partition\":0,"
                  + "\"baseOffset\":\"0\",\"count\":2,\"logAppendTimeMs\":\"-1\",\"indexes\":[]}]}");
      assertThat(texts.get(2)).startsWith("{\"type\":\"subscribed\",\"streamId\":1,");
      assertThat(texts.get(3))
          .startsWith(
              "{\"type\":\"records\",\"streamId\":1,\"topic\":\"t\",\"topicId\":\"" + topic.id())
          .contains("\"value\":\"{\\\"a\\\": 1}\"")
          .endsWith("\"nextOffset\":\"1\",\"creditRecords\":\"1\",\"creditBytes\":\"73\"}");
      assertThat(texts).hasSize(4);
      fixture.sendText("{\"type\":\"credit\",\"streamId\":1,\"records\":9,\"bytes\":9}");
      List<String> more = fixture.transport.takeText();
      assertThat(more.get(0)).contains("\"value\":null").contains("\"firstOffset\":\"1\"");
      assertThat(more.get(1)).startsWith("{\"type\":\"caughtUp\"");
    }
  }

  @Test
  void shouldShareJsonAmongFollowers() {
    try (SessionFixture fixture = new SessionFixture(WireFormat.JSON)) {
      // given
      TopicImage topic = fixture.broker.topic("t", 1);
      fixture.sendText(
          "{\"type\":\"hello\",\"minVersion\":1,\"maxVersion\":1,\"clientId\":\"\",\"features\":[]}");
      for (int id = 1; id <= 3; id++) {
        fixture.sendText(
            "{\"type\":\"subscribe\",\"streamId\":"
                + id
                + ",\"topics\":[\"t\"],\"creditRecords\":100,\"creditBytes\":100000}");
      }
      fixture.transport.takeText();

      // when
      fixture.broker.append(topic, 0, "a", "b");

      // then
      List<String> texts = fixture.transport.takeText();
      assertThat(texts).hasSize(3);
      assertThat(texts.get(0)).startsWith("{\"type\":\"records\",\"streamId\":1,");
      assertThat(texts.get(2)).startsWith("{\"type\":\"records\",\"streamId\":3,");
      assertThat(texts.get(0).substring(32)).isEqualTo(texts.get(2).substring(32));
    }
  }

  @Test
  void shouldSayWhereABatchIsDamaged() {
    try (SessionFixture fixture = new SessionFixture(WireFormat.JSON)) {
      // given
      TopicImage topic = fixture.broker.topic("t", 1);
      fixture.sendText(
          "{\"type\":\"hello\",\"minVersion\":1,\"maxVersion\":1,\"clientId\":\"\",\"features\":[]}");
      fixture.broker.append(topic, 0, "a");
      fixture.broker.append(topic, 0, "b", "c");
      fixture.broker.append(topic, 0, "d");
      fixture.broker.log(topic, 0).batches.get(1).putInt(57, 99);

      // when
      fixture.sendText(
          "{\"type\":\"subscribe\",\"streamId\":1,\"topics\":[\"t\"],"
              + "\"start\":\"earliest\",\"creditRecords\":100,\"creditBytes\":100000}");

      // then
      List<String> texts = fixture.transport.takeText();
      assertThat(texts).anyMatch(text -> text.contains("\"value\":\"a\""));
      assertThat(texts).anyMatch(text -> text.contains("\"value\":\"d\""));
      assertThat(texts).anyMatch(text -> text.contains("\"toOffset\":\"3\",\"cause\":\"damaged\""));
    }
  }
}
