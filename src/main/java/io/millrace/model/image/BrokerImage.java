package io.millrace.model.image;

import io.millrace.model.NodeId;

/**
 * A registered broker.
 *
 * @param incarnation grows with each registration, so that a message for an earlier life of the
 *     node is recognised
 * @param fenced whether the controller keeps it from leading
 */
public record BrokerImage(NodeId id, long incarnation, boolean fenced) {}
