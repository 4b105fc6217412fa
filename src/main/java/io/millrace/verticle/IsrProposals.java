package io.millrace.verticle;

import io.millrace.model.ErrorCode;
import io.millrace.model.NodeId;
import io.millrace.model.PartitionId;
import io.millrace.model.control.ControllerAnswer;
import io.millrace.model.control.ControllerAsk;
import io.millrace.model.control.IsrChange;
import io.millrace.model.control.PartitionResult;
import io.millrace.replication.IsrProposal;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes what this node's shards propose to the controller, whatever comes up in one pass as one
 * question. A lost answer is nobody's business here: a shard asks again until an image decides.
 *
 * <p>Threading: {@link #propose} on any thread, the rest on the metadata verticle's context.
 */
final class IsrProposals implements ReplicationParts.Controller {
  private static final Logger LOG = LoggerFactory.getLogger(IsrProposals.class);
  private static final int TIMEOUT_MS = 2_000;

  /** What will never be done as it was asked for, however often. */
  private static final Set<ErrorCode> FINAL =
      EnumSet.of(ErrorCode.INVALID_REQUEST, ErrorCode.INELIGIBLE_REPLICA);

  private final NodeId self;
  private final BrokerLife.Asking controller;
  private final LongSupplier incarnation;
  private final Executor context;
  private final List<Waiting> waiting = new ArrayList<>();
  private boolean scheduled;

  private record Waiting(IsrProposal proposal, Consumer<IsrProposal> whenRefused) {}

  /**
   * @param incarnation under which this node is registered now, -1 before
   * @param context brings a task to the metadata verticle's context
   */
  IsrProposals(
      NodeId self, BrokerLife.Asking controller, LongSupplier incarnation, Executor context) {
    this.self = self;
    this.controller = controller;
    this.incarnation = incarnation;
    this.context = context;
  }

  @Override
  public void propose(IsrProposal proposal, Consumer<IsrProposal> whenRefused) {
    synchronized (waiting) {
      waiting.add(new Waiting(proposal, whenRefused));
      if (scheduled) {
        return;
      }
      scheduled = true;
    }
    context.execute(this::send);
  }

  private void send() {
    // Of several about one partition the newest counts: a question names each partition once.
    Map<PartitionId, Waiting> newest = new LinkedHashMap<>();
    synchronized (waiting) {
      scheduled = false;
      waiting.forEach(one -> newest.put(one.proposal().partition(), one));
      waiting.clear();
    }
    List<Waiting> some = List.copyOf(newest.values());
    long life = incarnation.getAsLong();
    if (life < 0) {
      return; // What this node led in its former life, it leads no more.
    }
    List<IsrChange> changes = some.stream().map(one -> change(one.proposal())).toList();
    controller
        .ask(new ControllerAsk.AlterPartition(self, life, changes), TIMEOUT_MS)
        .onSuccess(answer -> answered(some, (ControllerAnswer.PartitionsDone) answer))
        .onFailure(error -> LOG.debug("in-sync replicas not decided yet: {}", error.getMessage()));
  }

  private static IsrChange change(IsrProposal proposal) {
    List<IsrChange.Member> members = new ArrayList<>();
    proposal
        .inSync()
        .forEach((node, brokerEpoch) -> members.add(new IsrChange.Member(node, brokerEpoch)));
    return new IsrChange(
        proposal.partition(),
        proposal.leaderEpoch(),
        proposal.partitionEpoch(),
        members,
        List.copyOf(proposal.lacking()));
  }

  private static void answered(List<Waiting> asked, ControllerAnswer.PartitionsDone answer) {
    Map<PartitionId, PartitionResult> results = new HashMap<>();
    answer.results().forEach(result -> results.put(result.partition(), result));
    for (Waiting one : asked) {
      PartitionResult result = results.get(one.proposal().partition());
      if (result != null && FINAL.contains(result.error())) {
        LOG.info("{} is refused: {}", one.proposal(), result.reason());
        one.whenRefused().accept(one.proposal());
      }
    }
  }
}
