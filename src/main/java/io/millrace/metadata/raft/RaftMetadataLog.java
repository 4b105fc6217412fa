package io.millrace.metadata.raft;

import io.microraft.Ordered;
import io.microraft.QueryPolicy;
import io.microraft.RaftNodeStatus;
import io.millrace.metadata.LogMembers;
import io.millrace.metadata.MetadataLog;
import io.millrace.metadata.MetadataState;
import io.millrace.metadata.Proposal;
import io.millrace.metadata.codec.MetadataRecordCodec;
import io.millrace.metadata.file.DamagedLogException;
import io.millrace.metadata.file.MetadataDirectory;
import io.millrace.metadata.file.NioMetadataDirectory;
import io.millrace.metadata.file.ProposalBytes;
import io.millrace.model.ErrorCode;
import io.millrace.model.StreamException;
import io.millrace.model.config.RaftSettings;
import io.millrace.model.config.ServerSettings;
import java.io.IOException;
import java.security.SecureRandom;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The metadata log as one of its members keeps it. An entry is committed when a majority of voters
 * has fsynced it. It goes on from what the directory holds; a member that is not a voter yet
 * applies what it is sent.
 *
 * <p>While the disk is full it takes no part, leads nobody, and refuses with DISK_FULL; it goes on
 * by itself. Any other error of the disk, and any entry that cannot be applied, ends it: {@link
 * Listener#onFailure} is told, nothing more is sent or acknowledged, and the process must stop.
 *
 * <p>Threading: the owner executor's thread, but for {@link #open}. Raft and its files have a
 * thread of their own.
 */
public final class RaftMetadataLog implements MetadataLog {
  private static final Logger LOGGER = LoggerFactory.getLogger(RaftMetadataLog.class);

  private final RaftConfig config;
  private final RaftReplica replica;
  private final RaftReplica.Surroundings surroundings;
  private final ProposalBytes bytes;
  private final OwnerInbox inbox;
  private final Fuse fuse;
  private final int maxPending;
  private final Set<Waiting<?>> pending = new HashSet<>();
  private CompletionStage<?> lastChange = CompletableFuture.completedFuture(null);
  private CompletionStage<?> lastConfirmation = CompletableFuture.completedFuture(null);
  private @Nullable StreamException ended;
  private @Nullable CompletableFuture<Void> closing;

  private RaftMetadataLog(
      RaftConfig config,
      MetadataDirectory directory,
      RaftTransport transport,
      RaftReplica.Surroundings surroundings,
      Executor owner)
      throws IOException {
    this.config = config;
    this.surroundings = surroundings;
    this.bytes = new ProposalBytes(new MetadataRecordCodec());
    this.maxPending = config.settings().get(ServerSettings.METADATA_PENDING_MAX);
    this.inbox = new OwnerInbox(owner, this::onFailure);
    this.fuse = new Fuse(this::onFailure);
    FileLogMigration.run(directory, config);
    this.replica = new RaftReplica(config, directory, transport, surroundings, bytes, inbox, fuse);
  }

  /**
   * Reads what this member kept in its directory, or makes a new member of it, and begins to take
   * part. The log of a node that was alone becomes the founder's. Blocks; may be called on any
   * thread.
   *
   * @param owner runs listeners and completes stages; all other methods are called there
   * @throws StreamException STORAGE_ERROR if the log is damaged or cannot be read; it then was not
   *     changed
   */
  public static RaftMetadataLog open(RaftConfig config, RaftTransport transport, Executor owner) {
    RaftReplica.Surroundings surroundings =
        new RaftReplica.Surroundings(
            RaftLoop.thread("metadata-raft"),
            new MonotonicClock(System::nanoTime),
            new SecureRandom());
    try {
      return open(
          config, NioMetadataDirectory.open(config.directory()), transport, surroundings, owner);
    } catch (IOException e) {
      surroundings.scheduler().stop();
      throw new StreamException(
          ErrorCode.STORAGE_ERROR,
          "the metadata log in "
              + config.directory()
              + " cannot be used: "
              + e.getMessage()
              + (e instanceof DamagedLogException
                  ? "; it was left as it is: if the other voters are well, start this node with an"
                      + " empty data directory, and it comes back as another member"
                  : "; check the disk and who may read and write it"),
          e);
    }
  }

  static RaftMetadataLog open(
      RaftConfig config,
      MetadataDirectory directory,
      RaftTransport transport,
      RaftReplica.Surroundings surroundings,
      Executor owner)
      throws IOException {
    RaftMetadataLog log = new RaftMetadataLog(config, directory, transport, surroundings, owner);
    CompletionStage<?> started = log.replica.start();
    started.whenComplete(log::onStarted);
    return log;
  }

  private void onStarted(@Nullable Object started, @Nullable Throwable error) {
    if (error != null) {
      fuse.blow(error);
    }
  }

  /** The members as this one knows them; empty before it knows any. */
  public LogMembers members() {
    return inbox.members();
  }

  /** Whether it led, removed itself, and so takes part no more. On any thread. */
  boolean hasLeft() {
    return replica.node().getStatus() == RaftNodeStatus.TERMINATED;
  }

  /** Whether it has heard from a leader, or is it, within the leader's timeout. On any thread. */
  boolean hasLeader() {
    return replica.node().getTerm().getLeaderEndpoint() != null;
  }

  /** What this member has committed, for those who follow. May be asked on any thread. */
  public MetadataSource source() {
    return request -> {
      CompletableFuture<MetadataSource.Fetched> answer = new CompletableFuture<>();
      replica.loop().submit(() -> answer.complete(replica.feed().fetch(request)));
      return answer;
    };
  }

  /** Somebody who asked. */
  private static final class Waiting<T> {
    final CompletableFuture<T> done = new CompletableFuture<>();
  }

  @Override
  public CompletionStage<Outcome> propose(Proposal proposal) {
    byte[] encoded = bytes.encode(proposal);
    if (encoded.length > RaftConfig.MAX_PROPOSAL_BYTES) {
      return CompletableFuture.failedFuture(
          new StreamException(
              ErrorCode.LIMIT_EXCEEDED,
              "a change of metadata of "
                  + encoded.length
                  + " bytes is too large, expected at most "
                  + RaftConfig.MAX_PROPOSAL_BYTES
                  + "; ask for fewer partitions at once"));
    }
    if (pending.size() >= maxPending) {
      return CompletableFuture.failedFuture(
          new StreamException(
              ErrorCode.THROTTLED,
              maxPending + " changes of metadata wait (metadata.pending.max); ask again shortly"));
    }
    return replicate(
        new RaftOperation.Proposed(encoded), (done, outcome) -> done.complete((Outcome) outcome));
  }

  @Override
  public CompletionStage<MetadataState> readBarrier() {
    // An entry of its own: when it is committed, all that was proposed before has been decided.
    return replicate(new RaftOperation.Barrier(), (done, none) -> done.complete(inbox.state()));
  }

  /** Why this member asks the others nothing now; null if it does. */
  private @Nullable StreamException refusal() {
    return ended == null && replica.isDiskFull() ? new StreamException(ErrorCode.DISK_FULL) : ended;
  }

  private <T> CompletionStage<T> replicate(
      RaftOperation operation, BiConsumer<CompletableFuture<T>, Object> complete) {
    StreamException refusal = refusal();
    if (refusal != null) {
      return CompletableFuture.failedFuture(refusal);
    }
    Waiting<T> waiting = new Waiting<>();
    pending.add(waiting);
    CompletionStage<Ordered<Object>> replicated = replica.node().replicate(operation);
    replicated.whenComplete(
        (ordered, error) ->
            inbox.run(
                () ->
                    complete(waiting, error, done -> complete.accept(done, ordered.getResult()))));
    return waiting.done;
  }

  private <T> void complete(
      Waiting<T> waiting, @Nullable Throwable error, Consumer<CompletableFuture<T>> onSuccess) {
    pending.remove(waiting);
    if (error == null) {
      onSuccess.accept(waiting.done);
    } else {
      waiting.done.completeExceptionally(LogErrors.of(error));
    }
  }

  @Override
  public CompletionStage<Void> confirmLeadership() {
    StreamException refusal = refusal();
    if (refusal != null) {
      return CompletableFuture.failedFuture(refusal);
    }
    Waiting<Void> waiting = new Waiting<>();
    pending.add(waiting);
    // One at a time: a second one the library would answer with what was said before it was asked.
    CompletionStage<?> before = lastConfirmation;
    lastConfirmation = waiting.done;
    before.whenComplete((value, error) -> confirm(waiting));
    return waiting.done;
  }

  private void confirm(Waiting<Void> waiting) {
    CompletionStage<Ordered<Object>> asked =
        replica
            .node()
            .query(
                new RaftOperation.Barrier(),
                QueryPolicy.LINEARIZABLE,
                Optional.empty(),
                Optional.empty());
    asked.whenComplete(
        (confirmed, error) ->
            inbox.run(() -> complete(waiting, error, done -> done.complete(null))));
  }

  @Override
  public CompletionStage<Void> changeMembers(LogMembers members) {
    if (ended != null) {
      return CompletableFuture.failedFuture(ended);
    }
    if (members.voters().isEmpty()) {
      return CompletableFuture.failedFuture(
          new StreamException(ErrorCode.INVALID_REQUEST, "a metadata log without a voter"));
    }
    Waiting<Void> waiting = new Waiting<>();
    pending.add(waiting);
    CompletionStage<?> before = lastChange;
    lastChange = waiting.done;
    before.whenComplete((value, error) -> replica.loop().submit(() -> change(members, waiting)));
    return waiting.done;
  }

  /** On Raft's thread. */
  private void change(LogMembers members, Waiting<Void> waiting) {
    MembersChange change =
        new MembersChange(
            replica,
            surroundings.clock(),
            config.self(),
            members,
            config.settings().get(RaftSettings.LEARNER_TIMEOUT_MS));
    change
        .done()
        .whenComplete(
            (value, error) ->
                inbox.run(() -> complete(waiting, error, done -> done.complete(null))));
    change.begin();
  }

  @Override
  public void subscribe(Listener listener) {
    listener.onFounders(config.initialMembers().voters());
    inbox.subscribe(listener);
  }

  /** On any thread. */
  private void onFailure(Throwable cause) {
    inbox.run(
        () -> {
          if (ended == null) {
            LOGGER.error("the metadata log failed; this node must not go on", cause);
            end(new StreamException(ErrorCode.STORAGE_ERROR, "the metadata log failed", cause));
            inbox.failed(cause);
          }
        });
  }

  private void end(StreamException error) {
    ended = error;
    List<Waiting<?>> failed = List.copyOf(pending);
    pending.clear();
    failed.forEach(waiting -> waiting.done.completeExceptionally(error));
  }

  @Override
  public CompletionStage<Void> close() {
    if (closing == null) {
      CompletableFuture<Void> closed = new CompletableFuture<>();
      closing = closed;
      if (ended == null) {
        end(new StreamException(ErrorCode.SHUTTING_DOWN));
      }
      replica.close(
          error ->
              inbox.run(
                  () -> {
                    if (error == null) {
                      closed.complete(null);
                    } else {
                      closed.completeExceptionally(error);
                    }
                  }));
    }
    return closing;
  }
}
