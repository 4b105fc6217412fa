package io.millrace.server;

import io.millrace.log.directory.DirectoryIdentity;
import io.millrace.metadata.Membership;
import io.millrace.metadata.file.FileMetadataLog;
import io.millrace.model.NodeId;
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

/** Reads the metadata log, and so learns which cluster this node is of, and as whom. */
final class MetadataLogStep implements StartStep {
  private static final String DIRECTORY = "metadata";
  private static final long STOP_SECONDS = 10;

  private final SettingValues settings;
  private final DataDirectoryStep data;
  private final SecureRandom random = new SecureRandom();
  private @Nullable ExecutorService worker;
  private @Nullable FileMetadataLog log;
  private @Nullable Membership membership;
  private volatile @Nullable Context owner;

  MetadataLogStep(SettingValues settings, DataDirectoryStep data) {
    this.settings = settings;
    this.data = data;
  }

  @Override
  public String name() {
    return "metadata log";
  }

  @Override
  public void start() {
    Path directory = data.directory().path().resolve(DIRECTORY);
    ExecutorService thread =
        Executors.newSingleThreadExecutor(task -> new Thread(task, "metadata-log"));
    worker = thread;
    log = FileMetadataLog.open(directory, settings, thread, this::onOwner);
    Optional<Membership> known =
        data.directory()
            .identity()
            .map(identity -> new Membership(identity.clusterId(), identity.nodeId()));
    membership =
        Membership.decide(known, settings.get(ServerSettings.NODE_ID), log.recovered(), random);
  }

  private void onOwner(Runnable task) {
    Context context = owner;
    if (context == null) {
      throw new IllegalStateException("the metadata log is used before it has an owner");
    }
    context.runOnContext(now -> task.run());
  }

  /** From here on the log's callbacks run on this context. */
  void ownedBy(Context context) {
    owner = context;
  }

  FileMetadataLog log() {
    return started(log);
  }

  Membership membership() {
    return started(membership);
  }

  NodeId self() {
    return membership().nodeId();
  }

  /** Writes into the data directory whose it is, once the metadata log says so. */
  void keepMembership() throws IOException {
    if (data.directory().identity().isEmpty()) {
      String directoryId = new TopicId(random.nextLong(), random.nextLong()).toString();
      data.directory()
          .establish(new DirectoryIdentity(membership().clusterId(), self(), directoryId));
    }
  }

  private static <T> T started(@Nullable T part) {
    if (part == null) {
      throw new IllegalStateException("the metadata log is not open");
    }
    return part;
  }

  /** The log itself is closed by the verticle that owns it. */
  @Override
  public void stop() throws InterruptedException {
    if (worker != null) {
      worker.shutdown();
      if (!worker.awaitTermination(STOP_SECONDS, TimeUnit.SECONDS)) {
        throw new IllegalStateException(
            "the metadata log was not closed within " + STOP_SECONDS + " s");
      }
    }
  }
}
