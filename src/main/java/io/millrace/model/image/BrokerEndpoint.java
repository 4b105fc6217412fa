package io.millrace.model.image;

/**
 * Where a broker can be reached.
 *
 * @param host as clients of that listener are to use it
 * @param port 1 to 65535
 */
public record BrokerEndpoint(BrokerListener listener, String host, int port) {}
