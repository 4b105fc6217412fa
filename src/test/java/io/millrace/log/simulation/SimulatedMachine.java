package io.millrace.log.simulation;

import io.millrace.log.directory.HostMachine;
import io.millrace.model.TimeSource;
import java.io.Closeable;
import java.nio.file.Path;
import java.util.Optional;

/** A machine that boots when it is told to and whose clocks move when they are told to. */
final class SimulatedMachine implements HostMachine, TimeSource {
  static final long NOW_MS = 1_700_000_000_000L;

  private static final long NANOS_PER_MS = 1_000_000;

  private final String bootId;
  private long passedMs;

  SimulatedMachine(String bootId) {
    this.bootId = bootId;
  }

  /** Lets time go by. */
  void pass(long ms) {
    passedMs += ms;
  }

  @Override
  public Optional<String> bootId() {
    return Optional.of(bootId);
  }

  @Override
  public Closeable lock(Path directory) {
    return () -> {};
  }

  @Override
  public long wallClockMs() {
    return NOW_MS + passedMs;
  }

  @Override
  public long monotonicNanos() {
    return (NOW_MS + passedMs) * NANOS_PER_MS;
  }
}
