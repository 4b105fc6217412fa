package io.millrace.verticle;

import io.millrace.model.Metrics;
import io.millrace.model.NodeId;
import io.millrace.model.PartitionId;
import io.millrace.model.control.BrokerRegistration;
import io.millrace.model.control.ReplicaPosition;
import io.millrace.model.image.BrokerEndpoint;
import io.vertx.core.Future;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * What the metadata verticle of a node of a cluster is made of, beside what one that is alone is.
 *
 * @param registration what this node tells the controller of itself
 * @param founds whether the metadata log is new and this node's alone, so that it founds the
 *     cluster
 * @param probe whether a connection to the address is refused; fails, or completes with false, if
 *     anything else comes of it
 * @param hints is given whom to tell, on any thread, of every sign that a node may be gone
 * @param metrics gets what this node can tell of the cluster
 * @param positions how far this node's logs of these partitions go; those it has not are left out
 */
public record ClusterEnvironment(
    BrokerRegistration registration,
    boolean founds,
    Function<BrokerEndpoint, Future<Boolean>> probe,
    Consumer<Consumer<NodeId>> hints,
    Metrics metrics,
    Function<List<PartitionId>, Future<Map<PartitionId, ReplicaPosition>>> positions) {}
