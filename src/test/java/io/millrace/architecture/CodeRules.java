package io.millrace.architecture;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaModifier.ABSTRACT;
import static com.tngtech.archunit.core.domain.JavaModifier.FINAL;
import static com.tngtech.archunit.lang.conditions.ArchConditions.accessTargetWhere;
import static com.tngtech.archunit.lang.conditions.ArchConditions.be;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.lang.ArchRule;
import io.millrace.architecture.PackageRow.Kind;
import java.util.Set;
import java.util.regex.Pattern;

/** The rules within classes: names, modifiers, and uses that have one place or none. */
final class CodeRules {

  /** The only class that may read the wall clock; everybody else is handed what it reads. */
  private static final String CLOCK_CLASS = "model.TimeSource";

  private static final Pattern EMPTY_NAME =
      Pattern.compile("(Impl|Utils?|Helpers?|Managers?)(?![a-z])");

  private static final Set<String> WALL_CLOCKS =
      Set.of(
          "java.lang.System.currentTimeMillis",
          "java.time.Instant.now",
          "java.time.LocalDate.now",
          "java.time.LocalDateTime.now",
          "java.time.OffsetDateTime.now",
          "java.time.ZonedDateTime.now",
          "java.time.Clock.systemUTC",
          "java.time.Clock.systemDefaultZone");

  private static final Set<String> USED_NOWHERE =
      Set.of(
          "java.lang.Thread.sleep",
          "java.lang.Throwable.printStackTrace",
          "java.lang.System.gc",
          "java.lang.Runtime.gc");

  private static final Set<String> CONSOLE =
      Set.of(
          "java.lang.System.in",
          "java.lang.System.out",
          "java.lang.System.err",
          "java.lang.System.exit",
          "java.lang.System.console");

  private static final Set<String> THREAD_MAKERS =
      Set.of(
          "java.lang.Thread.<init>",
          "java.util.Timer.<init>",
          "java.util.concurrent.ForkJoinPool.<init>",
          "java.util.concurrent.ForkJoinPool.commonPool",
          "java.util.concurrent.ScheduledThreadPoolExecutor.<init>",
          "java.util.concurrent.ThreadPoolExecutor.<init>",
          "java.util.concurrent.Executors.newCachedThreadPool",
          "java.util.concurrent.Executors.newFixedThreadPool",
          "java.util.concurrent.Executors.newScheduledThreadPool",
          "java.util.concurrent.Executors.newSingleThreadExecutor",
          "java.util.concurrent.Executors.newSingleThreadScheduledExecutor",
          "java.util.concurrent.CompletableFuture.runAsync",
          "java.util.concurrent.CompletableFuture.supplyAsync");

  private final String root;

  CodeRules(String root) {
    this.root = root;
  }

  /** A name says what a class does; these words say nothing. */
  ArchRule haveTellingNames() {
    return noClasses()
        .that(areWrittenByPeople())
        .should(be(describe("named Impl, Util, Helper or Manager", CodeRules::hasEmptyName)))
        .allowEmptyShould(true);
  }

  /** A class is extended on purpose or not at all. */
  ArchRule areFinalUnlessExtended() {
    return classes()
        .that(areWrittenByPeople())
        .and(describe("can be final", CodeRules::couldBeFinal))
        .should()
        .haveModifier(FINAL)
        .allowEmptyShould(true);
  }

  /** Nobody waits by sleeping, prints a stack trace, or asks for a garbage collection. */
  ArchRule avoidWhatIsUsedNowhere() {
    return noClasses()
        .that(areWrittenByPeople())
        .should(accessTargetWhere(isOneOf(USED_NOWHERE)))
        .allowEmptyShould(true);
  }

  /** Time of day comes from one class, so that tests and simulations decide it. */
  ArchRule readTheWallClockInOnePlace() {
    return noClasses()
        .that(areWrittenByPeople())
        .and(describe("are not " + CLOCK_CLASS, type -> !isWithin(root + "." + CLOCK_CLASS, type)))
        .should(accessTargetWhere(isOneOf(WALL_CLOCKS)))
        .allowEmptyShould(true);
  }

  /** Only the commands and the main class talk to the terminal and end the process. */
  ArchRule leaveTheConsoleToTheCommands() {
    return noClasses()
        .that(areWrittenByPeople())
        .and()
        .resideOutsideOfPackages(root, root + ".cli")
        .should(accessTargetWhere(isOneOf(CONSOLE)))
        .allowEmptyShould(true);
  }

  /** Which threads there are is decided where everything is wired; the others are handed theirs. */
  ArchRule leaveThreadsToThoseWhoWire() {
    return noClasses()
        .that(areWrittenByPeople())
        .and()
        .resideOutsideOfPackages(
            root,
            root + ".server",
            root + ".client",
            root + ".cli",
            // Raft and its files have a thread of their own, which each of its logs opens and ends.
            root + ".metadata.raft")
        .should(accessTargetWhere(isOneOf(THREAD_MAKERS)))
        .allowEmptyShould(true);
  }

  private DescribedPredicate<JavaClass> areWrittenByPeople() {
    return describe(
        "are written by people",
        type ->
            PackageRules.isAtOrBelow(root, type.getPackageName())
                && PackagePlan.rowOf(PackageRules.withoutRoot(root, type.getPackageName()))
                    .filter(row -> row.kind() == Kind.GENERATED)
                    .isEmpty());
  }

  private static boolean isWithin(String name, JavaClass type) {
    return type.getName().equals(name) || type.getName().startsWith(name + "$");
  }

  private static boolean hasEmptyName(JavaClass type) {
    return EMPTY_NAME.matcher(type.getSimpleName()).find();
  }

  private static boolean couldBeFinal(JavaClass type) {
    return !type.isInterface()
        && !type.isEnum()
        && !type.isAnonymousClass()
        && !type.getModifiers().contains(ABSTRACT)
        && type.getSubclasses().isEmpty();
  }

  private static DescribedPredicate<JavaAccess<?>> isOneOf(Set<String> members) {
    return describe(
        "is one of " + members.stream().sorted().toList(),
        access ->
            members.contains(
                access.getTargetOwner().getFullName() + "." + access.getTarget().getName()));
  }
}
