package io.millrace.verticle;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.model.NodeId;
import java.util.List;
import org.junit.jupiter.api.Test;

class VoterChoiceTest {
  private static final long SECOND = 1_000_000_000L;
  private static final NodeId A = new NodeId(1);
  private static final NodeId B = new NodeId(2);
  private static final NodeId C = new NodeId(3);
  private static final List<NodeId> ALL = List.of(A, B, C);

  private final VoterChoice choice = new VoterChoice();

  @Test
  void shouldStayWithOneThatHasNews() {
    // given
    assertThat(choice.next(ALL, 0)).contains(A);

    // when
    choice.answered(A, true, SECOND - 1);

    // then
    assertThat(choice.next(ALL, 2 * SECOND - 2)).contains(A);
  }

  @Test
  void shouldLookElsewhereWhenThereWasNoNewsForAWhile() {
    // given
    assertThat(choice.next(ALL, 0)).contains(A);
    choice.answered(A, false, 1);

    // then
    assertThat(choice.next(ALL, SECOND)).contains(B);
    assertThat(choice.next(ALL, 2 * SECOND)).contains(C);
    assertThat(choice.next(ALL, 3 * SECOND)).contains(A);
  }

  @Test
  void shouldLeaveAloneWhoDidNotAnswer() {
    // given
    assertThat(choice.next(ALL, 0)).contains(A);

    // when
    choice.failed(A, 1);

    // then
    assertThat(choice.next(ALL, 2)).contains(B);
    assertThat(choice.next(ALL, 2 + SECOND)).contains(C);
    assertThat(choice.next(ALL, 2 + 2 * SECOND)).contains(B);
    choice.answered(A, false, 3);
    assertThat(choice.next(ALL, 2 + 3 * SECOND)).contains(C);
    assertThat(choice.next(ALL, 2 + 4 * SECOND)).contains(A);
  }

  @Test
  void shouldAskTheOneThatRestedLongestWhenNobodyAnswers() {
    // given
    choice.failed(B, 1);
    choice.failed(C, 2);
    choice.failed(A, 3);

    // then
    assertThat(choice.next(ALL, 4)).contains(B);
  }

  @Test
  void shouldKnowNobodyWhereNobodyIs() {
    assertThat(choice.next(List.of(), 0)).isEmpty();
  }

  @Test
  void shouldForgetWhoIsNoCandidateAnyMore() {
    // given
    assertThat(choice.next(ALL, 0)).contains(A);

    // then
    assertThat(choice.next(List.of(B, C), 1)).contains(B);
  }
}
