package io.millrace.verticle;

import io.millrace.bus.Addresses;
import io.millrace.bus.BusLimits;
import io.millrace.bus.LoopBus;
import io.millrace.bus.ReplicaClient;
import io.millrace.bus.ReplicaFetchReply;
import io.millrace.bus.TypedBus;
import io.millrace.model.Metrics;
import io.millrace.model.TimeSource;
import io.millrace.model.config.LogSettings;
import io.millrace.model.config.SettingValues;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import io.vertx.core.WorkerExecutor;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Drives one shard of the log: messages and ticks in, replies out. Deployed on an event loop; the
 * shard itself runs where {@code log.threading} says.
 *
 * <p>Its deployment completes when it takes messages. Its undeployment completes when all its logs
 * are closed and what they hold is durable; it fails if one of them could not be.
 */
public final class LogVerticle extends VerticleBase {
  private static final long UPKEEP_MS = 1_000;
  private static final long FLUSH_TICK_MS = 25;

  private final ShardEnvironment environment;
  private final TimeSource time;
  private final Metrics.Timer loopLag;
  private final List<TypedBus.Registration> registrations = new ArrayList<>();
  private final List<Long> timers = new ArrayList<>();
  private long expectedTickNanos;
  private @Nullable LoopBus replicaLoop;
  private @Nullable PeerOutbox post;

  // Set when it is deployed; an undeployed verticle is not used.
  @SuppressWarnings("NullAway.Init")
  private WorkerExecutor worker;

  @SuppressWarnings("NullAway.Init")
  private ShardThread thread;

  @SuppressWarnings("NullAway.Init")
  private WorkerTasks tasks;

  @SuppressWarnings("NullAway.Init")
  private Shard shard;

  public LogVerticle(ShardEnvironment environment) {
    this.environment = environment;
    this.time = environment.time();
    this.loopLag =
        environment
            .metrics()
            .timer(
                "millrace.event.loop.lag",
                "How late an event loop's timer fires: how long other work held the loop.",
                "loop",
                Integer.toString(environment.shard()));
  }

  @Override
  public Future<?> start() {
    SettingValues settings = environment.settings();
    worker = vertx.createSharedWorkerExecutor("log-shard-" + environment.shard(), 1);
    thread =
        new ShardThread(
            environment.shard(),
            settings.get(LogSettings.LOG_THREADING),
            settings.get(LogSettings.LOG_THREADING_STALL_MS),
            settings.get(LogSettings.LOG_THREADING_QUIET_MS),
            worker);
    tasks = new WorkerTasks(vertx, context, event -> run(event), settings);
    shard =
        new Shard(
            environment,
            openOutbox(),
            tasks,
            nanos -> thread.onWrite(nanos, time.monotonicNanos()),
            environment.isAlone() ? (leader, question, nobody) -> nobody.onEnd() : openPeers(),
            event -> context.runOnContext(v -> run(event)));
    int number = environment.shard();
    if (!environment.isAlone()) {
      registrations.add(
          environment
              .bus()
              .consume(Addresses.shardReplicas(number), r -> run(() -> shard.onReplicaFetch(r))));
    }
    registrations.add(
        environment.bus().consume(Addresses.shard(number), r -> run(() -> shard.onRequest(r))));
    registrations.add(
        environment.bus().consume(Addresses.shardImages(number), i -> run(() -> shard.onImage(i))));
    timers.add(vertx.setPeriodic(FLUSH_TICK_MS, id -> onFlushTick()));
    timers.add(vertx.setPeriodic(UPKEEP_MS, id -> run(shard::onUpkeepTick)));
    expectedTickNanos = time.monotonicNanos() + FLUSH_TICK_MS * 1_000_000;
    return Future.succeededFuture();
  }

  /** A follower that a full connection keeps its answer from would wait for its deadline. */
  private Outbox openOutbox() {
    if (environment.isAlone()) {
      return new Outbox(environment.bus());
    }
    PeerOutbox toPeers = new PeerOutbox(environment.bus(), this::later);
    post = toPeers;
    return new Outbox(toPeers);
  }

  private void later(long delayMs, Runnable task) {
    context.runOnContext(v -> vertx.setTimer(delayMs, id -> run(task)));
  }

  /** The bus belongs to the event loop, the shard to its own thread, which may be another. */
  private ReplicaPeers openPeers() {
    LoopBus loop =
        LoopBus.open(vertx, environment.bus(), time, BusLimits.of(environment.settings()));
    replicaLoop = loop;
    ReplicaClient client = new ReplicaClient(loop);
    return (leader, question, listener) -> {
      ReplicaClient.Listener onShard =
          new ReplicaClient.Listener() {
            @Override
            public void onPart(ReplicaFetchReply part) {
              run(() -> listener.onPart(part));
            }

            @Override
            public void onEnd() {
              run(listener::onEnd);
            }
          };
      context.runOnContext(v -> client.fetch(leader, question, onShard));
    };
  }

  private void run(Runnable event) {
    thread.execute(() -> shard.run(event));
  }

  private void onFlushTick() {
    long now = time.monotonicNanos();
    loopLag.recordNanos(Math.max(0, now - expectedTickNanos));
    expectedTickNanos = now + FLUSH_TICK_MS * 1_000_000;
    thread.tick(now);
    run(shard::onFlushTick);
  }

  @Override
  public Future<?> stop() {
    registrations.forEach(TypedBus.Registration::close);
    timers.forEach(vertx::cancelTimer);
    if (replicaLoop != null) {
      replicaLoop.close();
    }
    Promise<Void> stopped = Promise.promise();
    PeerOutbox toPeers = post;
    if (toPeers != null) {
      run(toPeers::close);
    }
    run(() -> shard.stop(failures -> context.runOnContext(v -> end(failures, stopped))));
    return stopped.future();
  }

  private void end(List<String> failures, Promise<Void> stopped) {
    tasks.close();
    worker.close();
    if (failures.isEmpty()) {
      stopped.complete();
    } else {
      stopped.fail(new IOException("not closed whole: " + String.join("; ", failures)));
    }
  }
}
