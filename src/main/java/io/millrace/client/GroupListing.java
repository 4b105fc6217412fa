package io.millrace.client;

/**
 * A consumer group in a list.
 *
 * @param type classic or consumer
 * @param state Empty, PreparingRebalance, CompletingRebalance, Assigning, Reconciling, Stable or
 *     Dead
 * @param protocolType consumer for consumers; empty if there never were members
 */
public record GroupListing(String group, String type, String state, String protocolType) {}
