package io.millrace.server;

import io.millrace.bus.BusLimits;
import io.millrace.metadata.Membership;
import io.millrace.metadata.MetadataLog;
import io.millrace.model.NodeId;
import io.millrace.model.config.SettingValues;
import io.millrace.model.image.ClusterImage;
import io.vertx.core.Context;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Opens the metadata log, and so learns or confirms which cluster this node is of, and as whom. */
final class MetadataLogStep implements StartStep {
  private static final String DIRECTORY = "metadata";

  private final SettingValues settings;
  private final DataDirectoryStep data;
  private final VertxStep loops;
  private final JoinStep joining;
  private final BusLimits limits;
  private final Supplier<ClusterImage> latest;
  private @Nullable NodeLog opened;

  /**
   * @param latest the newest image that this node follows
   */
  MetadataLogStep(
      SettingValues settings,
      DataDirectoryStep data,
      VertxStep loops,
      JoinStep joining,
      BusLimits limits,
      Supplier<ClusterImage> latest) {
    this.settings = settings;
    this.data = data;
    this.loops = loops;
    this.joining = joining;
    this.limits = limits;
    this.latest = latest;
  }

  @Override
  public String name() {
    return "metadata log";
  }

  @Override
  public void start() throws Exception {
    Path directory = data.directory().path().resolve(DIRECTORY);
    Optional<ClusterIdentity> identity = joining.identity();
    opened =
        identity.isEmpty()
            ? new OwnMetadataLog(directory, settings, data.directory())
            : SharedMetadataLog.open(directory, settings, loops, limits, identity.get(), latest);
    loops.knownAs(self());
  }

  /** From here on the log's callbacks run on this context. */
  void ownedBy(Context context) {
    node().ownedBy(context);
  }

  MetadataLog log() {
    return node().log();
  }

  Membership membership() {
    return node().membership();
  }

  NodeId self() {
    return membership().nodeId();
  }

  /** Writes into the data directory whose it is, once the metadata log says so. */
  void keepMembership() throws IOException {
    node().keepMembership();
  }

  private NodeLog node() {
    if (opened == null) {
      throw new IllegalStateException("the metadata log is not open");
    }
    return opened;
  }

  /** The log itself is closed by the verticle that owns it. */
  @Override
  public void stop() throws Exception {
    node().release();
  }
}
