package io.millrace.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each package says what it is, what it may import and on which threads it runs. */
class PackageInfoTest {

  private static final Path MAIN = Path.of("src/main/java");

  private static final List<String> NEEDED =
      List.of("/**", "May import", "Threading", "@org.jspecify.annotations.NullMarked");

  @Test
  void shouldDescribeEveryPackage() throws IOException {
    assertThat(violationsBelow(MAIN)).isEmpty();
  }

  @Test
  void shouldRefuseAPackageWithoutItsDescription(@TempDir Path sources) throws IOException {
    // given
    Path bare = Files.createDirectory(sources.resolve("bare"));
    Files.writeString(bare.resolve("Thing.java"), "package bare;\n");
    Path silent = Files.createDirectory(sources.resolve("silent"));
    Files.writeString(silent.resolve("package-info.java"), "/** May import: x. */\npackage s;\n");

    // when
    List<String> violations = violationsBelow(sources);

    // then
    assertThat(violations)
        .containsExactly(
            bare + " has no package-info.java",
            silent.resolve("package-info.java") + " does not say 'Threading'",
            silent.resolve("package-info.java")
                + " does not say '@org.jspecify.annotations.NullMarked'");
  }

  private static List<String> violationsBelow(Path sources) throws IOException {
    TreeSet<Path> packages = new TreeSet<>(Comparator.comparing(Path::toString));
    SourceFile.below(sources).forEach(file -> packages.add(file.getParent()));
    assertThat(packages).isNotEmpty();
    List<String> violations = new ArrayList<>();
    for (Path folder : packages) {
      Path info = folder.resolve("package-info.java");
      if (!Files.exists(info)) {
        violations.add(folder + " has no package-info.java");
        continue;
      }
      String text = Files.readString(info);
      NEEDED.stream()
          .filter(word -> !text.contains(word))
          .forEach(word -> violations.add(info + " does not say '" + word + "'"));
    }
    return violations;
  }
}
