package io.millrace.testing;

import java.util.Random;
import java.util.SplittableRandom;

/** Random numbers that a seed gives. */
public final class Seeds {
  private Seeds() {}

  /**
   * Different courses for neighbouring seeds. The first numbers of a {@link Random} are nearly the
   * same for all small seeds: of its first boolean each of 0 to 4,095 says yes.
   */
  public static Random random(long seed) {
    return new Random(new SplittableRandom(seed).nextLong());
  }
}
