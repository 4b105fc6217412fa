package io.millrace.server;

import io.millrace.model.config.ControllerSettings;
import io.millrace.model.config.SettingValues;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Controlled shutdown: on its way down, and before anything of it stops, a node of a cluster has
 * others lead what it leads. Nothing on the way up.
 */
final class HandOverStep implements StartStep {
  private static final Logger LOG = LoggerFactory.getLogger(HandOverStep.class);

  /** As long as a controller that has to be elected first takes, and a little more. */
  private static final long PATIENCE_MS = 8_000;

  private final SettingValues settings;
  private final MetadataStep metadata;

  HandOverStep(SettingValues settings, MetadataStep metadata) {
    this.settings = settings;
    this.metadata = metadata;
  }

  @Override
  public String name() {
    return "handing over";
  }

  @Override
  public void start() {}

  @Override
  public void stop() throws Exception {
    if (!settings.get(ControllerSettings.CONTROLLED_SHUTDOWN_ENABLE)) {
      return;
    }
    try {
      Waits.await(metadata.handOver(), PATIENCE_MS, "handing over leaderships");
    } catch (TimeoutException e) {
      LOG.warn("{}; the others notice when this node is gone", e.getMessage());
    }
  }
}
