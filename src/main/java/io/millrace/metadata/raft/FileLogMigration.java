package io.millrace.metadata.raft;

import io.microraft.model.log.RaftGroupMembersView;
import io.millrace.metadata.MetadataState;
import io.millrace.metadata.codec.MetadataRecordCodec;
import io.millrace.metadata.file.FileLogRemains;
import io.millrace.metadata.file.MetadataDirectory;
import io.millrace.metadata.file.NioMetadataDirectory;
import io.millrace.metadata.file.ProposalBytes;
import io.millrace.model.ErrorCode;
import io.millrace.model.StreamException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the founder of a cluster of a node that was alone: the state of its log becomes the first
 * snapshot of its Raft log, in one file that is there whole or not at all. Until it has its name
 * the old log is what counts, and from then on the new one; the old one's files are deleted after
 * that, at a later start if not at this one.
 *
 * <p>Raft's term goes on from the old log's controller term, so that the next one is larger than
 * any that a proposal ever carried.
 */
final class FileLogMigration {
  private static final Logger LOGGER = LoggerFactory.getLogger(FileLogMigration.class);
  private static final long SNAPSHOT_INDEX = 1;

  private FileLogMigration() {}

  /**
   * Whether this node founds the log, or was a member of it when it stopped. Blocks.
   *
   * @throws StreamException STORAGE_ERROR if the directory cannot be read, INVALID_CONFIG if it has
   *     a log that another cluster would have to forget
   */
  static boolean isMember(RaftConfig config) {
    try {
      MetadataDirectory directory = NioMetadataDirectory.open(config.directory());
      boolean wasMember = RaftJournal.isIn(directory);
      if (!wasMember && !foundsAlone(config) && FileLogRemains.areIn(directory)) {
        throw cannotJoin(FileLogRemains.state(directory, new MetadataRecordCodec()));
      }
      return wasMember || config.isFounder();
    } catch (IOException e) {
      throw new StreamException(
          ErrorCode.STORAGE_ERROR,
          "the metadata log in " + config.directory() + " cannot be read: " + e.getMessage(),
          e);
    }
  }

  /** Members that begin together begin with nothing. */
  private static boolean foundsAlone(RaftConfig config) {
    return config.initialMembers().voters().equals(Set.of(config.self()));
  }

  private static StreamException cannotJoin(MetadataState state) {
    return new StreamException(
        ErrorCode.INVALID_CONFIG,
        "this node has a cluster of its own, "
            + state.cluster().clusterId()
            + ", and cannot join another; start it with --bootstrap to found a cluster with what it"
            + " has, or with an empty data directory");
  }

  /**
   * Migrates what is there, if anything is.
   *
   * @throws StreamException INVALID_CONFIG if the node is to join a cluster that it did not found
   */
  static void run(MetadataDirectory directory, RaftConfig config) throws IOException {
    if (!FileLogRemains.areIn(directory)) {
      return;
    }
    if (!RaftJournal.isIn(directory)) {
      MetadataRecordCodec codec = new MetadataRecordCodec();
      MetadataState state = FileLogRemains.state(directory, codec);
      if (!foundsAlone(config)) {
        throw cannotJoin(state);
      }
      LOGGER.info("the metadata log up to entry {} becomes that of a cluster", state.index());
      RaftJournal.create(directory, config.self(), records(state, config, codec));
    }
    // It may have been named by a process that died before that was durable.
    RaftJournal.confirmNames(directory);
    FileLogRemains.delete(directory);
  }

  private static List<byte[]> records(
      MetadataState state, RaftConfig config, MetadataRecordCodec codec) {
    RaftMember self = new RaftMember(config.self());
    RaftGroupMembersView founder =
        RaftBytesReader.MODELS
            .createRaftGroupMembersViewBuilder()
            .setLogIndex(0)
            .setMembers(Set.of(self))
            .setVotingMembers(Set.of(self))
            .build();
    int term = Math.max(1, Math.toIntExact(state.controllerTerm()));
    List<RaftRecord> records = new ArrayList<>();
    records.add(new RaftRecord.Self(self, true));
    records.add(new RaftRecord.InitialMembers(founder));
    records.add(new RaftRecord.Term(term, null));
    List<byte[]> chunks = SnapshotChunks.of(state, new ProposalBytes(codec));
    for (int i = 0; i < chunks.size(); i++) {
      records.add(
          new RaftRecord.Chunk(
              RaftBytesReader.MODELS
                  .createSnapshotChunkBuilder()
                  .setIndex(SNAPSHOT_INDEX)
                  .setTerm(term)
                  .setSnapshotChunkIndex(i)
                  .setSnapshotChunkCount(chunks.size())
                  .setGroupMembersView(founder)
                  .setOperation(new RaftOperation.ChunkBytes(chunks.get(i)))
                  .build()));
    }
    return records.stream().map(RaftRecord::toBytes).toList();
  }
}
