package io.millrace.verticle;

import io.millrace.metadata.raft.ObserverMetadataLog;
import io.vertx.core.Context;
import org.jspecify.annotations.Nullable;

/**
 * The context that owns a metadata log, as the log knows it. It is said which one before the log is
 * subscribed to; until then the log has nothing to run.
 *
 * <p>Threading: any thread.
 */
public final class OwnerContext implements ObserverMetadataLog.OwnerThread {
  private volatile @Nullable Context context;

  /** From here on tasks run on this context. */
  public void ownedBy(Context newContext) {
    context = newContext;
  }

  @Override
  public void execute(Runnable task) {
    known().runOnContext(now -> task.run());
  }

  @Override
  public void after(long delayMs, Runnable task) {
    if (delayMs <= 0) {
      execute(task);
      return;
    }
    Context owner = known();
    owner.runOnContext(now -> owner.owner().setTimer(delayMs, id -> task.run()));
  }

  private Context known() {
    Context known = context;
    if (known == null) {
      throw new IllegalStateException("the metadata log is used before it has an owner");
    }
    return known;
  }
}
