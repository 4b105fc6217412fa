package io.millrace.bus;

import io.millrace.model.NodeId;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Fetches from leaders on other nodes. A call is answered in parts, one for each shard of the
 * leader, and ends when every entry is answered or its deadline passes.
 *
 * <p>Threading: belongs to the event loop of its {@link LoopBus}.
 */
public final class ReplicaClient {
  private static final long NANOS_PER_MS = 1_000_000;

  private final LoopBus loop;
  private final Map<NodeId, Sender<ReplicaFetchRequest>> senders = new HashMap<>();

  public ReplicaClient(LoopBus loop) {
    this.loop = loop;
  }

  /** What is asked; the bus adds where the answer goes. */
  public record Question(
      NodeId replica,
      long brokerEpoch,
      long imageVersion,
      int maxBytes,
      long waitUntilNanos,
      long deadlineNanos,
      List<ReplicaFetchRequest.Entry> entries) {}

  /** Hears of one fetch. */
  public interface Listener {
    /** A part of the answer; the receiver releases its slices. */
    void onPart(ReplicaFetchReply part);

    /** Nothing more comes, whether every entry was answered or not; called exactly once. */
    void onEnd();
  }

  /** Sends a fetch; the listener is called on this loop, perhaps before this returns. */
  public void fetch(NodeId leader, Question question, Listener listener) {
    if (loop.isClosed()) {
      listener.onEnd();
      return;
    }
    Call call = new Call(question, listener, loop.nowNanos());
    call.correlationId = loop.await(call);
    ReplicaFetchRequest request =
        new ReplicaFetchRequest(
            call.correlationId,
            loop.nodeAddress(),
            question.replica(),
            question.brokerEpoch(),
            question.imageVersion(),
            question.maxBytes(),
            question.waitUntilNanos(),
            question.deadlineNanos(),
            question.entries());
    Sender<ReplicaFetchRequest> sender =
        senders.computeIfAbsent(leader, node -> loop.bus().sender(Addresses.replicas(node)));
    if (!sender.send(request)) {
      senders.remove(leader);
      call.end();
    }
  }

  private final class Call implements LoopBus.Pending {
    private final long deadlineNanos;
    private final long sentNanos;
    private final Listener listener;
    private int missing;
    private long correlationId;
    private boolean ended;

    Call(Question question, Listener listener, long sentNanos) {
      this.deadlineNanos = question.deadlineNanos();
      this.missing = question.entries().size();
      this.listener = listener;
      this.sentNanos = sentNanos;
    }

    @Override
    public void onReply(BusReply reply) {
      if (ended || !(reply instanceof ReplicaFetchReply part)) {
        reply.discard();
        return;
      }
      long heldNanos = part.heldMs() * NANOS_PER_MS;
      loop.bus().meters().onReplicaAnswer(Math.max(0, loop.nowNanos() - sentNanos - heldNanos));
      missing -= part.results().size();
      listener.onPart(part);
      if (missing <= 0) {
        end();
      }
    }

    private void end() {
      if (!ended) {
        ended = true;
        loop.forget(correlationId);
        listener.onEnd();
      }
    }

    @Override
    public long deadlineNanos() {
      return deadlineNanos;
    }

    @Override
    public boolean expires() {
      return !ended;
    }

    /** The answer that comes later finds no call, and is discarded. */
    @Override
    public void onDeadline() {
      end();
    }
  }
}
