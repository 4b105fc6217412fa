package io.millrace.metadata.raft;

import io.millrace.metadata.LogMembers;
import io.millrace.metadata.MetadataLog;
import io.millrace.metadata.MetadataState;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Brings what happens on Raft's thread to the owner's, in order. Of several states that came before
 * the owner looked, it sees the last, before anything else of that time.
 *
 * <p>Threading: events come on any thread; the rest is the owner's.
 */
final class OwnerInbox implements RaftEvents {
  private final Executor owner;
  private final Consumer<Throwable> onListenerError;
  private final List<Runnable> waiting = new ArrayList<>();
  private @Nullable MetadataState newState;
  private boolean scheduled;
  private MetadataState state = MetadataState.empty();
  private LogMembers members = new LogMembers(Set.of(), Set.of());
  private long leadsTerm;
  private MetadataLog.@Nullable Listener listener;

  OwnerInbox(Executor owner, Consumer<Throwable> onListenerError) {
    this.owner = owner;
    this.onListenerError = onListenerError;
  }

  private synchronized void add(@Nullable MetadataState stateOrNone, @Nullable Runnable task) {
    if (stateOrNone != null) {
      newState = stateOrNone;
    }
    if (task != null) {
      waiting.add(task);
    }
    if (!scheduled) {
      scheduled = true;
      owner.execute(this::drain);
    }
  }

  /** Runs a task there, after everything that happened before. */
  void run(Runnable task) {
    add(null, task);
  }

  @Override
  public void onState(MetadataState happened) {
    add(happened, null);
  }

  @Override
  public void onElected(long term) {
    run(
        () -> {
          leadsTerm = term;
          tell(told -> told.onElected(term));
        });
  }

  @Override
  public void onDeposed() {
    run(
        () -> {
          leadsTerm = 0;
          tell(MetadataLog.Listener::onDeposed);
        });
  }

  @Override
  public void onMembers(LogMembers happened) {
    run(
        () -> {
          members = happened;
          tell(told -> told.onMembers(happened));
        });
  }

  private void drain() {
    List<Runnable> tasks;
    MetadataState latest;
    synchronized (this) {
      scheduled = false;
      tasks = List.copyOf(waiting);
      waiting.clear();
      latest = newState;
      newState = null;
    }
    if (latest != null) {
      state = latest;
      tell(told -> told.onState(latest));
    }
    tasks.forEach(Runnable::run);
  }

  private void tell(Consumer<MetadataLog.Listener> event) {
    if (listener == null) {
      return;
    }
    try {
      event.accept(listener);
    } catch (RuntimeException e) {
      // A listener that cannot follow shows an image that is not the log's any more.
      onListenerError.accept(e);
    }
  }

  /** The state that the listener has seen. */
  MetadataState state() {
    return state;
  }

  LogMembers members() {
    return members;
  }

  /** Tells a listener how things are, and from here on what happens. */
  void subscribe(MetadataLog.Listener newListener) {
    if (listener != null) {
      throw new IllegalStateException("there is a listener already");
    }
    listener = newListener;
    newListener.onState(state);
    newListener.onMembers(members);
    if (leadsTerm > 0) {
      newListener.onElected(leadsTerm);
    }
  }

  void failed(Throwable cause) {
    run(
        () -> {
          if (listener != null) {
            listener.onFailure(cause);
          }
        });
  }
}
