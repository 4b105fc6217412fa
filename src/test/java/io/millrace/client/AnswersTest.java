package io.millrace.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.protocol.stream.MessageType;
import java.util.ArrayList;
import java.util.List;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificRecord;
import org.junit.jupiter.api.Test;

class AnswersTest {
  @Test
  void shouldKnowWhichRequestEveryMessageAnswers() throws ReflectiveOperationException {
    // given
    List<SpecificRecord> answers = new ArrayList<>();
    List<SpecificRecord> others = new ArrayList<>();
    for (MessageType type : MessageType.values()) {
      SpecificRecord message =
          (SpecificRecord)
              Class.forName(type.schema().getFullName()).getDeclaredConstructor().newInstance();
      Schema.Field id = message.getSchema().getField("requestId");
      if (id == null) {
        others.add(message);
      } else {
        message.put(id.pos(), 7L);
        answers.add(message);
      }
    }

    // when
    List<Long> answered = answers.stream().map(Answers::requestIdOf).distinct().toList();
    List<Long> unasked = others.stream().map(Answers::requestIdOf).distinct().toList();

    // then
    assertThat(answers).hasSizeGreaterThan(20);
    assertThat(answered).containsExactly(7L);
    assertThat(unasked).containsExactly(Answers.NONE);
  }
}
