package io.millrace.verticle;

import io.millrace.bus.Addresses;
import io.millrace.bus.Alarm;
import io.millrace.bus.BusPartitionClient;
import io.millrace.bus.CoordinatorRequest;
import io.millrace.bus.LoopBus;
import io.millrace.bus.PartitionClient;
import io.millrace.bus.TypedBus;
import io.millrace.model.config.CoordinatorSettings;
import io.millrace.model.config.ServerSettings;
import io.millrace.model.config.SettingValues;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.WorkerExecutor;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Drives this node's group coordinators: requests, images and deadlines in, replies out, records to
 * the log shards over the event bus.
 *
 * <p>Its deployment completes when it takes requests; coordinators are loaded after that, and say
 * so to whoever asks them meanwhile.
 */
public final class GroupVerticle extends VerticleBase {
  private static final long WARN_AFTER_MINUTES = 1;

  private final GroupEnvironment environment;
  private @Nullable LoopBus loop;
  private @Nullable PeerOutbox post;
  private @Nullable WorkerExecutor worker;
  private final List<TypedBus.Registration> registrations = new ArrayList<>();
  private @Nullable Coordinators coordinators;
  private @Nullable Alarm alarm;

  public GroupVerticle(GroupEnvironment environment) {
    this.environment = environment;
  }

  @Override
  public Future<?> start() {
    SettingValues settings = environment.settings();
    Executor nextPass = task -> context.runOnContext(ignored -> run(task));
    Coordinators all =
        new Coordinators(
            environment.self(),
            environment.latest()::get,
            environment.coordinators(),
            environment.codec(),
            openOutbox(),
            nextPass,
            settings,
            environment.time(),
            environment.metrics());
    coordinators = all;
    LoopBus opened =
        LoopBus.open(vertx, environment.bus(), environment.time(), environment.limits());
    loop = opened;
    WorkerExecutor pool =
        vertx.createSharedWorkerExecutor(
            "group-load",
            settings.get(CoordinatorSettings.GROUP_COORDINATOR_LOAD_THREADS),
            WARN_AFTER_MINUTES,
            TimeUnit.MINUTES);
    worker = pool;
    PartitionClient partitions =
        new BusPartitionClient(
            opened, environment.admissions(), () -> environment.latest().get().version());
    all.useLogs(
        id ->
            new BusCoordinatorLog(
                id,
                partitions,
                environment.codec(),
                pool,
                () -> environment.latest().get().version(),
                all::run,
                all::runLater,
                environment.time(),
                settings));
    opened.onImage(changed -> all.run(() -> all.onImage(changed.image())));
    all.run(() -> all.onImage(environment.latest().get()));
    Consumer<CoordinatorRequest> onRequest = request -> all.run(() -> all.onRequest(request));
    registrations.add(environment.bus().consume(Addresses.coordinators(), onRequest));
    if (environment.bus().selfKey().isPresent()) {
      registrations.add(
          environment.bus().consume(Addresses.nodeCoordinators(environment.self()), onRequest));
    }
    alarm =
        new Alarm(
            vertx,
            environment.time(),
            settings.get(ServerSettings.BUS_TICK_MS),
            () -> all.run(all::tick));
    return Future.succeededFuture();
  }

  /** After a pass, something else may be the next to become due. */
  private void run(Runnable pass) {
    pass.run();
    if (coordinators != null && alarm != null) {
      long deadlineNanos = coordinators.nextDeadlineNanos();
      if (deadlineNanos != Long.MAX_VALUE) {
        alarm.by(deadlineNanos);
      }
    }
  }

  private Outbox openOutbox() {
    TypedBus bus = environment.bus();
    if (bus.selfKey().isEmpty()) {
      return new Outbox(bus);
    }
    PeerOutbox toPeers =
        new PeerOutbox(bus, (delayMs, task) -> vertx.setTimer(delayMs, id -> task.run()));
    post = toPeers;
    return new Outbox(toPeers);
  }

  @Override
  public Future<?> stop() {
    if (alarm != null) {
      alarm.cancel();
      alarm = null;
    }
    registrations.forEach(TypedBus.Registration::close);
    if (coordinators != null) {
      coordinators.stop();
    }
    if (post != null) {
      post.close();
    }
    if (loop != null) {
      loop.close();
    }
    if (worker != null) {
      worker.close();
    }
    return Future.succeededFuture();
  }
}
