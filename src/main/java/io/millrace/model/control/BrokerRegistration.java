package io.millrace.model.control;

import io.millrace.model.NodeId;
import io.millrace.model.image.BrokerEndpoint;
import io.millrace.model.image.ProcessLife;
import java.util.List;
import java.util.Optional;

/**
 * A broker that starts, as it tells the controller of itself.
 *
 * @param directoryId names its disk
 * @param supportedVersion the highest metadata version that it reads
 * @param unclean whether its machine died, so that its logs may lack what they had acknowledged
 * @param life the process that registers
 */
public record BrokerRegistration(
    NodeId nodeId,
    String directoryId,
    Optional<String> rack,
    List<BrokerEndpoint> endpoints,
    int supportedVersion,
    boolean unclean,
    ProcessLife life) {
  public BrokerRegistration {
    endpoints = List.copyOf(endpoints);
  }
}
