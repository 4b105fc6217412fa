package io.millrace.verticle;

import io.millrace.bus.Addresses;
import io.millrace.bus.HelloReply;
import io.millrace.bus.HelloRequest;
import io.millrace.bus.LoopMail;
import io.millrace.bus.TypedBus;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import java.util.List;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/**
 * Answers who this node is, from before it belongs to a cluster on. Deployed on a node that is to
 * be one of a cluster alone.
 */
public final class HelloVerticle extends VerticleBase {
  private final TypedBus bus;
  private final String key;
  private final LongFunction<HelloReply> answer;
  private TypedBus.@Nullable Registration registration;

  /**
   * @param key that the node is asked under
   * @param answer to a question with this correlation id; called on the verticle's context
   */
  public HelloVerticle(TypedBus bus, String key, LongFunction<HelloReply> answer) {
    this.bus = bus;
    this.key = key;
    this.answer = answer;
  }

  @Override
  public Future<?> start() {
    registration = bus.consume(Addresses.hello(key), this::answer);
    return Future.succeededFuture();
  }

  private void answer(HelloRequest request) {
    // If that node cannot be reached it asks again.
    bus.sender(request.replyTo())
        .send(new LoopMail(List.of(answer.apply(request.correlationId()))));
  }

  @Override
  public Future<?> stop() {
    if (registration != null) {
      registration.close();
    }
    return Future.succeededFuture();
  }
}
