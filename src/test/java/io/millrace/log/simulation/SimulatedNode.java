package io.millrace.log.simulation;

import java.util.Map;
import java.util.random.RandomGenerator;

/** A file or directory, whatever its names are. */
sealed interface SimulatedNode permits SimulatedFile, SimulatedDirectory {
  /** What a power loss now leaves of it. */
  SimulatedNode afterPowerLoss(Loss loss, RandomGenerator random);

  /**
   * A copy that knows as much of what is durable.
   *
   * @param copies of the nodes that were copied before: a node may have several names
   */
  SimulatedNode copy(Map<SimulatedNode, SimulatedNode> copies);
}
