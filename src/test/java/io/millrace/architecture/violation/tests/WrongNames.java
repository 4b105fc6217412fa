package io.millrace.architecture.violation.tests;

import com.code_intelligence.jazzer.junit.FuzzTest;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.assertj.core.api.Assertions;
import org.assertj.core.api.Assumptions;
import org.junit.jupiter.api.Disabled;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/** Tests whose class is named so that no run finds them, and which break the other rules too. */
final class WrongNames {

  @Test
  void sleeps() throws InterruptedException {
    Thread.sleep(1);
  }

  @Test
  @Disabled("as a violation")
  void shouldBeDisabled() {
    Assertions.fail("never run");
  }

  @Test
  @EnabledIfSystemProperty(named = "never.set", matches = "true")
  void shouldBeConditional() {
    Assertions.fail("never run");
  }

  @Test
  void shouldAssume() {
    Assumptions.assumeThat(1).isEqualTo(2);
  }

  @Property
  void shouldHold(@ForAll int any) {
    Assertions.assertThat(any).isEqualTo(any);
  }

  @FuzzTest
  void shouldSurvive(byte[] any) {
    Assertions.assertThat(any).isNotNull();
  }

  @FuzzTest
  void shouldSurviveAgain(byte[] any) {
    Assertions.assertThat(any).isNotNull();
  }
}
