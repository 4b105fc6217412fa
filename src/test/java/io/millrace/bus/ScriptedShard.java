package io.millrace.bus;

import io.millrace.testing.TestLoop;
import io.vertx.core.Vertx;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A shard that answers what the test says, when it says so. */
final class ScriptedShard {
  private final TypedBus bus;
  private final TestLoop loop;
  private final BlockingQueue<ShardRequest> requests = new LinkedBlockingQueue<>();

  ScriptedShard(Vertx vertx, TypedBus bus, int shard) {
    this.bus = bus;
    this.loop = new TestLoop(vertx);
    loop.run(() -> bus.consume(Addresses.shard(shard), requests::add));
  }

  <R extends ShardRequest> R next(Class<R> type) {
    try {
      ShardRequest request = requests.poll(TestLoop.PATIENCE_SECONDS, TimeUnit.SECONDS);
      if (request == null) {
        throw new AssertionError("no " + type.getSimpleName() + " came");
      }
      return type.cast(request);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  boolean isIdle() {
    return requests.isEmpty();
  }

  void reply(ShardRequest to, ShardReply... replies) {
    loop.run(() -> bus.sender(to.replyTo()).send(new LoopMail(List.of(replies))));
  }
}
