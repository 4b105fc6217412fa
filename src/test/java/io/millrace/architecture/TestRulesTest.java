package io.millrace.architecture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.lang.ArchRule;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Holds the tests to their own rules, and shows that these fail when they are broken. */
class TestRulesTest {

  private static final Path SKIPPED_TESTS = Path.of("docs/skipped-tests.md");
  private static final Pattern ENTRY =
      Pattern.compile(
          "^\\| `(?<test>[A-Za-z0-9_.]+)` \\| (?<reason>.{20,}) \\|$", Pattern.MULTILINE);

  private static final JavaClasses TESTS = ImportedClasses.tests();
  private static final JavaClasses VIOLATIONS =
      ImportedClasses.violations("io.millrace.architecture.violation.tests");

  @Test
  void shouldHoldTheTestsToTheirRules() {
    assertThat(TESTS).isNotEmpty();
    rules().values().forEach(rule -> rule.check(TESTS));
  }

  @Test
  void shouldRefuseTestsThatBreakTheirRules() {
    assertThat(VIOLATIONS).isNotEmpty();
    rules()
        .forEach(
            (reason, rule) ->
                assertThatThrownBy(() -> rule.check(VIOLATIONS))
                    .as(reason)
                    .isInstanceOf(AssertionError.class)
                    .hasMessageContaining(reason));
  }

  @Test
  void shouldListEverySkippedTestWithItsReasonAndNoOther() throws IOException {
    // given
    SortedSet<String> listed = new TreeSet<>();
    Matcher entry = ENTRY.matcher(Files.readString(SKIPPED_TESTS));
    while (entry.find()) {
      listed.add(entry.group("test"));
    }

    // when // then
    assertThat(TestRules.skippedIn(TESTS))
        .as("tests that do not always run must be in %s, and only these", SKIPPED_TESTS)
        .isEqualTo(listed);
  }

  @Test
  void shouldFindEveryWayToSkipATest() {
    assertThat(TestRules.skippedIn(VIOLATIONS))
        .containsExactly(
            "WrongNames.shouldAssume",
            "WrongNames.shouldBeConditional",
            "WrongNames.shouldBeDisabled");
  }

  /** The rules, by what each says of a violation. */
  private static Map<String, ArchRule> rules() {
    return Map.of(
        "simple name ending with 'Test'", TestRules.areNamedSoThatTheyRun(),
        "simple name ending with 'PropertyTest'", TestRules.keepPropertiesInPropertyTests(),
        "simple name ending with 'FuzzTest'", TestRules.keepFuzzersInFuzzTests(),
        "a class of one fuzzer", TestRules.haveOneFuzzerEach(),
        "name starting with 'should'", TestRules.sayWhatShouldHappen(),
        "Thread.sleep", TestRules.neverSleep());
  }
}
