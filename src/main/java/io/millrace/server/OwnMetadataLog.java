package io.millrace.server;

import io.millrace.log.directory.DataDirectory;
import io.millrace.log.directory.DirectoryIdentity;
import io.millrace.metadata.Membership;
import io.millrace.metadata.MetadataLog;
import io.millrace.metadata.file.FileMetadataLog;
import io.millrace.model.TopicId;
import io.millrace.model.config.ServerSettings;
import io.millrace.model.config.SettingValues;
import io.vertx.core.Context;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The metadata log of a node that is alone: it says first whose the data directory is. */
final class OwnMetadataLog implements NodeLog {
  private static final long STOP_SECONDS = 10;

  private final DataDirectory data;
  private final SecureRandom random = new SecureRandom();
  private final ExecutorService worker =
      Executors.newSingleThreadExecutor(task -> new Thread(task, "metadata-log"));
  private final FileMetadataLog log;
  private final Membership membership;
  private volatile @Nullable Context owner;

  /** Reads the log; blocks. */
  OwnMetadataLog(Path directory, SettingValues settings, DataDirectory data) {
    this.data = data;
    this.log = FileMetadataLog.open(directory, settings, worker, this::onOwner);
    Optional<Membership> known =
        data.identity().map(identity -> new Membership(identity.clusterId(), identity.nodeId()));
    this.membership =
        Membership.decide(known, settings.get(ServerSettings.NODE_ID), log.recovered(), random);
  }

  private void onOwner(Runnable task) {
    Context context = owner;
    if (context == null) {
      throw new IllegalStateException("the metadata log is used before it has an owner");
    }
    context.runOnContext(now -> task.run());
  }

  @Override
  public MetadataLog log() {
    return log;
  }

  @Override
  public Membership membership() {
    return membership;
  }

  @Override
  public void ownedBy(Context context) {
    owner = context;
  }

  @Override
  public void keepMembership() throws IOException {
    if (data.identity().isEmpty()) {
      String directoryId = new TopicId(random.nextLong(), random.nextLong()).toString();
      data.establish(
          new DirectoryIdentity(membership.clusterId(), membership.nodeId(), directoryId));
    }
  }

  @Override
  public void release() throws InterruptedException {
    worker.shutdown();
    if (!worker.awaitTermination(STOP_SECONDS, TimeUnit.SECONDS)) {
      throw new IllegalStateException(
          "the metadata log was not closed within " + STOP_SECONDS + " s");
    }
  }
}
