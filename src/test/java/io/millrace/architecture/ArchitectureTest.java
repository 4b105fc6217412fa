package io.millrace.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import org.junit.jupiter.api.Test;

/** Holds the main classes to the package table and the rules of style. */
class ArchitectureTest {

  private static final JavaClasses MAIN = ImportedClasses.main();

  private final PackageRules packages = new PackageRules(PackagePlan.ROOT);
  private final CodeRules code = new CodeRules(PackagePlan.ROOT);

  @Test
  void shouldHaveClassesToLookAt() {
    assertThat(MAIN).isNotEmpty();
  }

  @Test
  void shouldFollowThePackageTable() {
    packages.followThePackageTable().check(MAIN);
  }

  @Test
  void shouldHaveNoPackageCycles() {
    packages.haveNoCycles().check(MAIN);
  }

  @Test
  void shouldHaveTellingNames() {
    code.haveTellingNames().check(MAIN);
  }

  @Test
  void shouldBeFinalUnlessExtended() {
    code.areFinalUnlessExtended().check(MAIN);
  }

  @Test
  void shouldNotSleepOrPrintStackTraces() {
    code.avoidWhatIsUsedNowhere().check(MAIN);
  }

  @Test
  void shouldReadTheWallClockInOnePlace() {
    code.readTheWallClockInOnePlace().check(MAIN);
  }

  @Test
  void shouldLeaveTheConsoleToTheCommands() {
    code.leaveTheConsoleToTheCommands().check(MAIN);
  }

  @Test
  void shouldLeaveThreadsToThoseWhoWire() {
    code.leaveThreadsToThoseWhoWire().check(MAIN);
  }

  /** Each of these is looked at on a real disk, and all that call them on a simulated one. */
  @Test
  void shouldMakeBytesDurableOnlyThroughItsPorts() {
    assertThat(SyncCalls.toTheMachine())
        .containsExactly(
            "NioDisk.syncDirectory",
            "NioDiskFile.sync",
            "NioMetadataDirectory$NioAppendFile.sync",
            "NioMetadataDirectory.sync",
            "NodeStarts.sync");
  }
}
