package io.millrace.verticle;

import io.millrace.metadata.ProducerIdBlock;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Supplier;

/**
 * Hands out producer ids from a block, and has the controller give another block when it is used
 * up. Ids that are left when the node stops are lost, so that none is handed out twice.
 *
 * <p>Threading: the metadata verticle's context.
 */
final class ProducerIdAllocator {
  private final Supplier<Future<ProducerIdBlock>> nextBlock;
  private final Deque<Promise<Long>> waiting = new ArrayDeque<>();
  private ProducerIdBlock block = new ProducerIdBlock(0, 0);
  private boolean asking;

  /** An allocator whose blocks come, durably given away, from the controller. */
  ProducerIdAllocator(Supplier<Future<ProducerIdBlock>> nextBlock) {
    this.nextBlock = nextBlock;
  }

  /** An id that was never handed out before and never will be again. */
  Future<Long> allocate() {
    Promise<Long> promise = Promise.promise();
    waiting.add(promise);
    serve();
    return promise.future();
  }

  private void serve() {
    while (!waiting.isEmpty() && !block.isEmpty()) {
      long id = block.firstProducerId();
      block = block.afterFirst();
      waiting.remove().complete(id);
    }
    if (!waiting.isEmpty() && !asking) {
      asking = true;
      nextBlock.get().onComplete(given -> onBlock(given));
    }
  }

  private void onBlock(io.vertx.core.AsyncResult<ProducerIdBlock> given) {
    asking = false;
    if (given.succeeded()) {
      block = given.result();
      serve();
    } else {
      // Each asker is told; whoever asks next tries again.
      while (!waiting.isEmpty()) {
        waiting.remove().fail(given.cause());
      }
    }
  }
}
