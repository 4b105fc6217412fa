package io.millrace.metadata.raft;

import io.millrace.metadata.AppliedState;
import io.millrace.metadata.LogMembers;
import io.millrace.metadata.MetadataLog;
import io.millrace.metadata.MetadataState;
import io.millrace.metadata.Proposal;
import io.millrace.metadata.codec.MetadataRecordCodec;
import io.millrace.metadata.file.ProposalBytes;
import io.millrace.model.ErrorCode;
import io.millrace.model.StreamException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The metadata log on a node that is no member of it: it asks a voter for what was committed and
 * applies the same entries to come to the same states. It keeps nothing; after a start it begins
 * with a voter's snapshot.
 *
 * <p>Threading: the owner's thread.
 */
public final class ObserverMetadataLog implements MetadataLog {
  private static final Logger LOGGER = LoggerFactory.getLogger(ObserverMetadataLog.class);
  private static final long RETRY_MS = 250;

  /** Brings tasks to the owner's thread. */
  public interface OwnerThread {
    void execute(Runnable task);

    void after(long delayMs, Runnable task);
  }

  private final MetadataSource source;
  private final OwnerThread owner;
  private final LongSupplier intervalMs;
  private final ProposalBytes bytes = new ProposalBytes(new MetadataRecordCodec());
  private final AppliedState applied = new AppliedState(MetadataState.empty());
  private final List<byte[]> parts = new ArrayList<>();
  private long partsOfSnapshot;
  private @Nullable Listener listener;
  private boolean closed;

  /**
   * @param source asks whichever voter it finds
   * @param intervalMs how long to wait before it asks again when there was nothing
   */
  public ObserverMetadataLog(MetadataSource source, OwnerThread owner, LongSupplier intervalMs) {
    this.source = source;
    this.owner = owner;
    this.intervalMs = intervalMs;
  }

  @Override
  public CompletionStage<Outcome> propose(Proposal proposal) {
    return notLeader();
  }

  @Override
  public CompletionStage<MetadataState> readBarrier() {
    return notLeader();
  }

  @Override
  public CompletionStage<Void> confirmLeadership() {
    return notLeader();
  }

  @Override
  public CompletionStage<Void> changeMembers(LogMembers members) {
    return notLeader();
  }

  private <T> CompletionStage<T> notLeader() {
    return CompletableFuture.failedFuture(
        closed ? new StreamException(ErrorCode.SHUTTING_DOWN) : LogErrors.notLeader());
  }

  @Override
  public void subscribe(Listener newListener) {
    if (listener != null) {
      throw new IllegalStateException("there is a listener already");
    }
    listener = newListener;
    newListener.onState(applied.state());
    fetch();
  }

  @Override
  public CompletionStage<Void> close() {
    closed = true;
    return CompletableFuture.completedFuture(null);
  }

  private void fetch() {
    if (closed) {
      return;
    }
    source
        .fetch(
            new MetadataSource.Request(applied.state().index() + 1, partsOfSnapshot, parts.size()))
        .whenComplete((fetched, error) -> owner.execute(() -> onFetched(fetched, error)));
  }

  private void onFetched(MetadataSource.@Nullable Fetched fetched, @Nullable Throwable error) {
    if (closed) {
      return;
    }
    if (fetched == null) {
      LOGGER.debug("no voter answered", error);
      owner.after(RETRY_MS, this::fetch);
      return;
    }
    boolean hasMore;
    try {
      hasMore = take(fetched);
    } catch (IOException | RuntimeException e) {
      fail(e);
      return;
    }
    if (hasMore) {
      fetch();
    } else {
      owner.after(intervalMs.getAsLong(), this::fetch);
    }
  }

  /** Whether there is more to be had at once. */
  private boolean take(MetadataSource.Fetched fetched) throws IOException {
    long before = applied.state().index();
    boolean hasMore;
    if (fetched instanceof MetadataSource.Entries entries) {
      hasMore = apply(entries);
    } else {
      hasMore = keep((MetadataSource.SnapshotPart) fetched);
    }
    if (listener != null && applied.state().index() > before) {
      listener.onState(applied.state());
    }
    return hasMore;
  }

  private boolean apply(MetadataSource.Entries entries) throws IOException {
    forgetParts();
    long index = entries.firstIndex();
    for (byte[] proposal : entries.proposals()) {
      if (index == applied.state().index() + 1) {
        applied.apply(bytes.decodeProposal(ByteBuffer.wrap(proposal)));
      }
      index++;
    }
    return !entries.proposals().isEmpty();
  }

  private boolean keep(MetadataSource.SnapshotPart part) throws IOException {
    if (part.index() <= applied.state().index()) {
      // Of a voter that is behind the one before.
      forgetParts();
      return false;
    }
    if (part.index() != partsOfSnapshot) {
      forgetParts();
      partsOfSnapshot = part.index();
    }
    if (part.part() == parts.size()) {
      parts.add(part.bytes());
    }
    if (parts.size() == part.parts()) {
      applied.restore(SnapshotChunks.state(parts, bytes));
      forgetParts();
    }
    return true;
  }

  private void forgetParts() {
    parts.clear();
    partsOfSnapshot = 0;
  }

  private void fail(Exception cause) {
    LOGGER.error("the metadata cannot be followed; this node must not go on", cause);
    closed = true;
    if (listener != null) {
      listener.onFailure(cause);
    }
  }
}
