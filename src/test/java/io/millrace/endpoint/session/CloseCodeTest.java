package io.millrace.endpoint.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.model.ErrorCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

final class CloseCodeTest {
  private static final Path PAGE = Path.of("docs/stream-protocol.md");

  @Test
  void shouldStayWithinTheRangeOfThisProtocolAndDiffer() {
    // then
    assertThat(Arrays.stream(CloseCode.values()).map(CloseCode::code))
        .allMatch(code -> code >= 4_000 && code <= 4_099)
        .doesNotHaveDuplicates();
  }

  @Test
  void shouldBeDocumentedWithItsAdvice() throws IOException {
    // given
    String page = Files.readString(PAGE);

    // then
    assertThat(CloseCode.values())
        .allSatisfy(
            code -> assertThat(page).contains("| " + code.code() + " | " + code.advice() + " |"));
    assertThat(ErrorCode.values())
        .filteredOn(code -> code != ErrorCode.NONE)
        .allSatisfy(
            code ->
                assertThat(page)
                    .contains(
                        "| "
                            + code.id()
                            + " | `"
                            + code.name()
                            + "` | "
                            + (code.retriable() ? "yes" : "no")
                            + " | "
                            + code.sentence()));
  }
}
