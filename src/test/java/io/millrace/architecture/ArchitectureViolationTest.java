package io.millrace.architecture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.lang.ArchRule;
import org.junit.jupiter.api.Test;

/** Shows that each rule fails when it is broken: by deliberate violations kept for the purpose. */
class ArchitectureViolationTest {

  private static final String VIOLATIONS = "io.millrace.architecture.violation.";

  @Test
  void shouldRefuseAForbiddenImportOfOurs() {
    assertRefused(
        new PackageRules(VIOLATIONS + "imports").followThePackageTable(),
        "imports",
        "package 'model' may not import this",
        "ImportsAHigherLayer");
  }

  @Test
  void shouldRefuseAForbiddenLibrary() {
    assertRefused(
        new PackageRules(VIOLATIONS + "imports").followThePackageTable(),
        "imports",
        "ImportsALibrary",
        "io.vertx.core.buffer.Buffer");
  }

  @Test
  void shouldRefuseAPackageThatTheTableDoesNotName() {
    assertRefused(
        new PackageRules(VIOLATIONS + "imports").followThePackageTable(),
        "imports",
        "NobodyKnowsThisPackage is in package 'unplanned', which the package table does not name");
  }

  @Test
  void shouldRefuseACycleBetweenAPackageAndOneBelowIt() {
    assertRefused(
        new PackageRules(VIOLATIONS + "cycle").haveNoCycles(),
        "cycle",
        "Cycle detected",
        "cycle.log.segment");
  }

  @Test
  void shouldRefuseEmptyNames() {
    assertRefused(codeRules().haveTellingNames(), "code", "PartitionManagerImpl");
  }

  @Test
  void shouldRefuseClassesThatCouldBeFinal() {
    assertRefused(codeRules().areFinalUnlessExtended(), "code", "PartitionManagerImpl");
  }

  @Test
  void shouldRefuseSleeping() {
    assertRefused(codeRules().avoidWhatIsUsedNowhere(), "code", "Thread.sleep");
  }

  @Test
  void shouldRefuseTheWallClockEvenAsAMethodReference() {
    assertRefused(codeRules().readTheWallClockInOnePlace(), "code", "System.currentTimeMillis");
  }

  @Test
  void shouldRefuseTheConsole() {
    assertRefused(codeRules().leaveTheConsoleToTheCommands(), "code", "System.out");
  }

  @Test
  void shouldRefuseThreadsOfOnesOwn() {
    assertRefused(codeRules().leaveThreadsToThoseWhoWire(), "code", "Thread.<init>");
  }

  private static CodeRules codeRules() {
    return new CodeRules(VIOLATIONS + "code");
  }

  private static void assertRefused(ArchRule rule, String violations, String... reasons) {
    // given
    JavaClasses classes = ImportedClasses.violations(VIOLATIONS + violations);
    assertThat(classes).isNotEmpty();

    // when // then
    assertThatThrownBy(() -> rule.check(classes))
        .isInstanceOf(AssertionError.class)
        .hasMessageContainingAll(reasons);
  }
}
