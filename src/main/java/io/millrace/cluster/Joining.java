package io.millrace.cluster;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks the seeds until it is clear whether this node founds a cluster or joins one, and says what
 * it waits for meanwhile.
 *
 * <p>Threading: the starting thread.
 */
public final class Joining {
  private static final Logger LOG = LoggerFactory.getLogger(Joining.class);
  private static final int TELL_EVERY = 6;

  private final ClusterNode node;
  private final boolean bootstrap;
  private final Function<String, Optional<Hello>> ask;
  private final Pause pause;

  /** Waits a little before the next round. */
  @FunctionalInterface
  public interface Pause {
    void take() throws Exception;
  }

  /**
   * @param ask asks the node of this key who it is, and waits for the answer; empty if there is
   *     none in time
   * @param pause half a second or so
   */
  public Joining(
      ClusterNode node, boolean bootstrap, Function<String, Optional<Hello>> ask, Pause pause) {
    this.node = node;
    this.bootstrap = bootstrap;
    this.ask = ask;
    this.pause = pause;
  }

  /**
   * Found, Join or Resume.
   *
   * @throws io.millrace.model.StreamException CLUSTER_ID_MISMATCH if this node must not start
   */
  public JoinDecision decide() throws Exception {
    for (int round = 0; ; round++) {
      JoinDecision decision =
          JoinDecision.decide(
              node.self().clusterId(),
              bootstrap,
              node.config().discovery(),
              node.config().seeds(),
              answers());
      if (!(decision instanceof JoinDecision.Wait wait)) {
        return decision;
      }
      if (round % TELL_EVERY == 0) {
        LOG.info("waiting to join: {}", wait.reason());
      }
      pause.take();
    }
  }

  private Map<HostPort, Hello> answers() {
    Map<HostPort, Hello> answers = new HashMap<>();
    for (HostPort seed : node.config().seeds()) {
      if (!seed.equals(node.config().discovery())) {
        node.keyOfMember(seed).flatMap(ask).ifPresent(answer -> answers.put(seed, answer));
      }
    }
    return answers;
  }
}
