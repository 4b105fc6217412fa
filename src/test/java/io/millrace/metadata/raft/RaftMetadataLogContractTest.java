package io.millrace.metadata.raft;

import io.millrace.metadata.LogMembers;
import io.millrace.metadata.MetadataLog;
import io.millrace.metadata.MetadataLogContract;
import io.millrace.metadata.file.SimulatedDirectory;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Random;
import java.util.Set;
import java.util.SplittableRandom;

class RaftMetadataLogContractTest extends MetadataLogContract {
  private static final long LONG_ENOUGH_MS = 5_000;

  private final VirtualTime time = new VirtualTime();
  private final SimulatedNetwork network = new SimulatedNetwork(time, new SplittableRandom(1));
  private SimulatedDirectory directory = new SimulatedDirectory();

  @Override
  protected MetadataLog open() throws IOException {
    directory = directory.afterKill();
    return RaftMetadataLog.open(
        new RaftConfig(
            Path.of("unused"),
            RaftSamples.SELF,
            new LogMembers(Set.of(RaftSamples.SELF), Set.of()),
            SETTINGS),
        directory,
        network.transportOf(RaftSamples.SELF.key()),
        new RaftReplica.Surroundings(new SimulatedScheduler(time), time.clock(), new Random(1)),
        task -> time.after(0, task));
  }

  @Override
  protected void run() {
    time.run(LONG_ENOUGH_MS);
  }
}
