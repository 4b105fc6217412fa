package io.millrace.verticle;

import io.millrace.bus.Addresses;
import io.millrace.bus.ImagePublisher;
import io.millrace.bus.LoopBus;
import io.millrace.bus.MetadataRequest;
import io.millrace.bus.TypedBus;
import io.millrace.metadata.BrokerSessions;
import io.millrace.metadata.BrokerSupervisor;
import io.millrace.metadata.Controller;
import io.millrace.metadata.ControllerDriver;
import io.millrace.model.config.ControllerSettings;
import io.millrace.model.config.ServerSettings;
import io.millrace.model.config.SettingValues;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import java.security.SecureRandom;
import org.jspecify.annotations.Nullable;

/**
 * Drives this node's replica of the metadata log and, while it leads, the controller: requests in,
 * replies and images out.
 *
 * <p>Its deployment completes when this node has joined its cluster and its shards have opened
 * every partition that it holds; changes of metadata are taken from then on.
 */
public final class MetadataVerticle extends VerticleBase {
  private final MetadataEnvironment environment;
  private @Nullable LoopBus loop;
  private TypedBus.@Nullable Registration registration;

  public MetadataVerticle(MetadataEnvironment environment) {
    this.environment = environment;
  }

  @Override
  public Future<?> start() {
    environment.onOwner().accept(context);
    SettingValues settings = environment.settings();
    LoopBus opened =
        LoopBus.open(vertx, environment.bus(), environment.time(), environment.limits());
    loop = opened;
    ImagePublications publications =
        new ImagePublications(
            new ImagePublisher(
                opened, environment.latest(), environment.shards(), Integer.MAX_VALUE));
    ControllerDriver driver =
        new ControllerDriver(
            environment.membership().nodeId(),
            environment.log(),
            new Controller(settings, new SecureRandom()),
            state -> publications.committed(state.cluster()),
            environment.onFailure());
    MetadataRequests requests =
        new MetadataRequests(
            driver,
            publications,
            service(driver, settings),
            environment.membership().nodeId(),
            settings.get(ServerSettings.METADATA_PENDING_MAX));
    driver.start();
    return Future.fromCompletionStage(driver.join(environment.membership()))
        .compose(joined -> publications.published())
        .onSuccess(published -> takeRequests(requests));
  }

  /** What a cluster's controller is asked beside topics; there are no other brokers here. */
  private ControllerService service(ControllerDriver driver, SettingValues settings) {
    int sessionMs = settings.get(ControllerSettings.BROKER_SESSION_TIMEOUT_MS);
    BrokerSupervisor supervisor =
        new BrokerSupervisor(driver, new BrokerSessions(sessionMs, sessionMs), sessionMs);
    return new ControllerService(
        driver,
        supervisor,
        () -> driver.ask(controller -> controller.committed().cluster()),
        environment.time());
  }

  private void takeRequests(MetadataRequests requests) {
    Outbox outbox = new Outbox(environment.bus());
    registration =
        environment
            .bus()
            .consume(
                Addresses.metadata(),
                (MetadataRequest request) ->
                    requests
                        .answer(request)
                        .onSuccess(
                            reply -> {
                              outbox.reply(request.replyTo(), reply);
                              outbox.flush();
                            }));
  }

  @Override
  public Future<?> stop() {
    if (registration != null) {
      registration.close();
    }
    return Future.fromCompletionStage(environment.log().close())
        .onComplete(
            closed -> {
              if (loop != null) {
                loop.close();
              }
            });
  }
}
