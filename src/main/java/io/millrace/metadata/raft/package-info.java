/**
 * The metadata log of a cluster: Raft among its members, on files of its own, and those who follow
 * without being members.
 *
 * <p>How a node uses it, whatever its part in the log is:
 *
 * <pre>{@code
 * RaftConfig config = new RaftConfig(directory, self, initialMembers, settings);
 * ClusterMetadataLog log =
 *     ClusterMetadataLog.open(config, transport, askAnotherVoter, owner, worker);  // blocks
 * serve(log.source());          // to nodes that observe, as MetadataFetchWire writes it
 * log.subscribe(driver);        // from here on it takes part
 * log.changeMembers(members);   // as the controller, one member at a time
 * }</pre>
 *
 * <p>May import: metadata, metadata.codec, metadata.file, model and below, MicroRaft.
 *
 * <p>Threading: Raft and its files have one thread of their own; listeners and stages are called on
 * the owner thread. What crosses between the two is immutable.
 */
@org.jspecify.annotations.NullMarked
package io.millrace.metadata.raft;
