package io.millrace.log.simulation;

/** The machine stopped at an operation; an error, so that no code takes it for a failed call. */
public final class PowerLossError extends Error {
  private static final long serialVersionUID = 1L;

  PowerLossError(DiskOperation operation) {
    super("power lost at " + operation);
  }
}
