package io.millrace.log.simulation;

import java.util.random.RandomGenerator;

/** A file or directory, whatever its names are. */
sealed interface SimulatedNode permits SimulatedFile, SimulatedDirectory {
  /** What a power loss now leaves of it. */
  SimulatedNode afterPowerLoss(Loss loss, RandomGenerator random);
}
