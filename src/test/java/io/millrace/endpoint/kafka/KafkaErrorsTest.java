package io.millrace.endpoint.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.model.ErrorCode;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.Test;

class KafkaErrorsTest {
  @Test
  void shouldSendAClientToTheNextLeaderUnlessItsTimeIsOver() {
    assertThat(KafkaErrors.ofProduce(ErrorCode.UNKNOWN_OUTCOME, false))
        .isEqualTo(Errors.NOT_LEADER_OR_FOLLOWER);
    assertThat(KafkaErrors.ofProduce(ErrorCode.UNKNOWN_OUTCOME, true))
        .isEqualTo(Errors.REQUEST_TIMED_OUT);
    assertThat(KafkaErrors.ofProduce(ErrorCode.REQUEST_TIMED_OUT, false))
        .isEqualTo(Errors.REQUEST_TIMED_OUT);
    assertThat(KafkaErrors.ofProduce(ErrorCode.STORAGE_ERROR, false))
        .isEqualTo(Errors.KAFKA_STORAGE_ERROR);
  }
}
