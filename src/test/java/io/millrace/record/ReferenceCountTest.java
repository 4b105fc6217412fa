package io.millrace.record;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import org.junit.jupiter.api.Test;

class ReferenceCountTest {

  private final ReferenceCount references = new ReferenceCount();

  @Test
  void shouldTellTheLastHolderOnly() {
    // given
    references.retain();

    // when // then
    assertThat(references.release()).isFalse();
    assertThat(references.release()).isTrue();
    assertThat(references.get()).isZero();
  }

  @Test
  void shouldRefuseEveryUseAfterTheLastRelease() {
    // given
    references.release();

    // when // then
    assertThatIllegalStateException().isThrownBy(references::requireHeld);
    assertThatIllegalStateException().isThrownBy(references::retain);
    assertThatIllegalStateException().isThrownBy(references::release);
    assertThat(references.get()).isZero();
  }
}
