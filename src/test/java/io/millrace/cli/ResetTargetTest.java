package io.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.cli.ResetTarget.Place;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParameterException;

class ResetTargetTest {
  @Command
  static final class Line {
    @ArgGroup(multiplicity = "1")
    ResetTarget target;
  }

  private static ResetTarget parse(String arguments) {
    Line line = new Line();
    new CommandLine(line).parseArgs(arguments.split(" "));
    return line.target;
  }

  @ParameterizedTest
  @CsvSource({
    "--to-earliest, 100",
    "--to-latest, 500",
    "--to-offset 333, 333",
    "--to-offset 7, 100",
    "--to-offset 9999, 500",
    "--shift-by 20, 220",
    "--shift-by -20, 180",
    "--shift-by -1000, 100",
    "--shift-by 9223372036854775807, 500",
    "--to-datetime 2026-01-31T12:00:00Z, 400",
    "--to-datetime 2026-01-31T12:00:00+01:00, 400"
  })
  void shouldStayWithinTheLog(String arguments, long expected) {
    // when
    long offset = parse(arguments).in(new Place(200, 100, 500, 400));

    // then
    assertThat(offset).isEqualTo(expected);
  }

  @Test
  void shouldGoToTheEndIfNothingIsThatNew() {
    // when
    long offset = parse("--to-datetime 2026-01-31T12:00:00Z").in(new Place(200, 100, 500, -1));

    // then
    assertThat(offset).isEqualTo(500);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "--to-earliest --to-latest", "--to-offset x", "--to-datetime yesterday"})
  void shouldRefuseAnythingButOnePlace(String arguments) {
    assertThatThrownBy(() -> parse(arguments)).isInstanceOf(ParameterException.class);
  }
}
