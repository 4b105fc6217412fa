/**
 * The cluster's metadata: the controller decides facts, the metadata log orders and keeps them, the
 * applier makes the image of them.
 *
 * <p>How a node drives it, all on one owner thread:
 *
 * <pre>{@code
 * FileMetadataLog log = FileMetadataLog.open(directory, settings, worker, owner);  // blocks
 * Membership membership =
 *     Membership.decide(identityInDataDirectory, configuredNodeId, log.recovered(), secureRandom);
 * Controller controller = new Controller(settings, secureRandom);
 * ControllerDriver driver =
 *     new ControllerDriver(
 *         membership.nodeId(), log, controller, state -> publish(state.cluster()), this::halt);
 * driver.start();
 * driver.join(membership)                    // founds the cluster if need be, registers the broker
 *     .thenRun(() -> keepInDataDirectory(membership))   // after the log, never before it
 *     .thenRun(() -> openEndpoints());
 * driver.execute(c -> c.createTopic(name, partitions, replicationFactor, settings, validateOnly))
 *     .whenComplete((topic, error) -> reply(...));      // error is a StreamException
 * }</pre>
 *
 * <p>A stage of {@code execute} completes after the image with the change was handed to the
 * listener. Images arrive in order of their version; each is immutable and may be shared.
 *
 * <p>May import: model, model.config, model.image.
 *
 * <p>Threading: the owner thread, except where a method says otherwise; values are immutable.
 */
@org.jspecify.annotations.NullMarked
package io.millrace.metadata;
