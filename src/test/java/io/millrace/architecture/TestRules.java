package io.millrace.architecture;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaModifier.ABSTRACT;
import static com.tngtech.archunit.lang.conditions.ArchConditions.accessTargetWhere;
import static com.tngtech.archunit.lang.conditions.ArchConditions.be;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.domain.properties.CanBeAnnotated;
import com.tngtech.archunit.lang.ArchRule;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.platform.commons.annotation.Testable;

/** The rules of the tests themselves. */
final class TestRules {

  private static final Set<String> DISABLED =
      Set.of("org.junit.jupiter.api.Disabled", "net.jqwik.api.Disabled");
  private static final String CONDITIONS = "org.junit.jupiter.api.condition";
  private static final Set<String> ASSUMPTIONS =
      Set.of("org.junit.jupiter.api.Assumptions", "org.assertj.core.api.Assumptions");

  private TestRules() {}

  /** The end of its name decides when a class is run; with any other it would never be. */
  static ArchRule areNamedSoThatTheyRun() {
    return classes()
        .that(describe("have tests", type -> hasMethodWith(type, Testable.class)))
        .and()
        .doNotHaveModifier(ABSTRACT)
        .should()
        .haveSimpleNameEndingWith("Test")
        .orShould()
        .haveSimpleNameEndingWith("IT")
        .orShould()
        .beMemberClasses();
  }

  /** Properties are in property tests, so that a reader knows the kind by the name. */
  static ArchRule keepPropertiesInPropertyTests() {
    return classes()
        .that(describe("have properties", type -> hasMethodWith(type, Property.class)))
        .should()
        .haveSimpleNameEndingWith("PropertyTest")
        .orShould()
        .haveSimpleNameEndingWith("SimulationTest")
        .allowEmptyShould(true);
  }

  /** Fuzzers are found by their name when each is run for some seconds. */
  static ArchRule keepFuzzersInFuzzTests() {
    return classes()
        .that(describe("have fuzzers", type -> hasMethodWith(type, FuzzTest.class)))
        .should()
        .haveSimpleNameEndingWith("FuzzTest")
        .allowEmptyShould(true);
  }

  /** A JVM searches for one fuzzer only and skips a second one, so a class has one. */
  static ArchRule haveOneFuzzerEach() {
    return classes()
        .that(describe("have fuzzers", type -> hasMethodWith(type, FuzzTest.class)))
        .should(
            be(
                describe(
                    "a class of one fuzzer",
                    type ->
                        type.getMethods().stream()
                                .filter(method -> method.isAnnotatedWith(FuzzTest.class))
                                .count()
                            == 1)))
        .allowEmptyShould(true);
  }

  /** A test is named by what should happen. */
  static ArchRule sayWhatShouldHappen() {
    return methods()
        .that()
        .areAnnotatedWith(Test.class)
        .should()
        .haveNameStartingWith("should")
        .allowEmptyShould(true);
  }

  /** A test waits for what it waits for, with a deadline; a sleep is too long or too short. */
  static ArchRule neverSleep() {
    return noClasses()
        .should(
            accessTargetWhere(
                describe(
                    "is Thread.sleep",
                    access ->
                        access.getTargetOwner().isEquivalentTo(Thread.class)
                            && access.getName().equals("sleep"))))
        .allowEmptyShould(true);
  }

  /**
   * The tests that do not run always: disabled, under a condition, or under an assumption. As
   * {@code Class} or {@code Class.method}.
   */
  static SortedSet<String> skippedIn(JavaClasses tests) {
    SortedSet<String> skipped = new TreeSet<>();
    for (JavaClass type : tests) {
      if (isSkipped(type)) {
        skipped.add(type.getSimpleName());
      }
      type.getMethods().stream()
          .filter(method -> isSkipped(method) || assumes(method))
          .forEach(method -> skipped.add(type.getSimpleName() + "." + method.getName()));
    }
    return skipped;
  }

  private static boolean hasMethodWith(
      JavaClass type, Class<? extends java.lang.annotation.Annotation> annotation) {
    return type.getMethods().stream()
        .anyMatch(
            method -> method.isAnnotatedWith(annotation) || method.isMetaAnnotatedWith(annotation));
  }

  private static boolean isSkipped(CanBeAnnotated subject) {
    return subject.isAnnotatedWith(
        describe(
            "disabling",
            annotation ->
                DISABLED.contains(annotation.getRawType().getName())
                    || annotation.getRawType().getPackageName().equals(CONDITIONS)));
  }

  private static boolean assumes(JavaMethod method) {
    return method.getMethodCallsFromSelf().stream()
        .anyMatch(call -> ASSUMPTIONS.contains(call.getTargetOwner().getName()));
  }
}
