package io.millrace.cluster;

/**
 * Where a node's bus is.
 *
 * @param key of the node: its id, or {@code d-<directory id>}
 * @param number another one whenever the node is started anew or elsewhere, so that no message goes
 *     into a connection to its earlier life
 */
public record Route(String key, HostPort bus, long number) {}
