package io.millrace.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Keeps the package table of the design document the one that the rules enforce. */
class DesignDocumentTest {

  private static final Path DESIGN = Path.of("DESIGN.md");
  private static final Path AS_IT_SHOULD_BE = Path.of("target/package-table.md");
  private static final String HEADER = "| package | what it is | may import |";

  @Test
  void shouldShowThePackageTableThatTheRulesEnforce() throws IOException {
    // given
    List<String> expected = PackagePlan.ROWS.stream().map(PackageRow::toMarkdown).toList();

    // when
    List<String> shown = tableRows(Files.readAllLines(DESIGN));

    // then
    Files.write(AS_IT_SHOULD_BE, expected);
    assertThat(shown)
        .as("the table in %s (as it should be, to copy: %s)", DESIGN, AS_IT_SHOULD_BE)
        .isEqualTo(expected);
  }

  @Test
  void shouldNameEachPackageOnce() {
    assertThat(PackagePlan.ROWS).extracting(PackageRow::name).doesNotHaveDuplicates();
  }

  @Test
  void shouldNameOnlyPackagesOfTheTableAsImports() {
    // given
    List<String> names = PackagePlan.ROWS.stream().map(PackageRow::name).toList();

    // when // then
    assertThat(PackagePlan.ROWS)
        .allSatisfy(
            row ->
                assertThat(row.imports())
                    .as("imports of '%s'", row.name())
                    .allMatch(imported -> imported.equals("*") || names.contains(base(imported))));
  }

  private static String base(String pattern) {
    return pattern.endsWith(".*") ? pattern.substring(0, pattern.length() - 2) : pattern;
  }

  private static List<String> tableRows(List<String> lines) {
    int header = lines.indexOf(HEADER);
    assertThat(header).as("line '%s' in %s", HEADER, DESIGN).isNotNegative();
    return lines.stream().skip(header + 2L).takeWhile(line -> line.startsWith("|")).toList();
  }
}
