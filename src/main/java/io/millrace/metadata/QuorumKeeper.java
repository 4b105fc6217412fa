package io.millrace.metadata;

import io.millrace.model.NodeId;
import io.millrace.model.image.BrokerImage;
import io.millrace.model.image.ClusterImage;
import java.util.Collection;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes those keep the log whom the metadata says: the facts are what is wanted, the log's members
 * what is so. One change at a time; one that failed is begun again the next time.
 *
 * <p>Threading: the owner thread of the log.
 */
final class QuorumKeeper {
  private static final Logger LOG = LoggerFactory.getLogger(QuorumKeeper.class);

  private final MetadataLog log;
  private Optional<LogMembers> members = Optional.empty();
  private boolean changing;

  QuorumKeeper(MetadataLog log) {
    this.log = log;
  }

  void onMembers(LogMembers now) {
    members = Optional.of(now);
  }

  void keep(ClusterImage image) {
    Optional<Set<MemberId>> voters = membersOf(image, image.voters());
    Optional<Set<MemberId>> learners = membersOf(image, image.learners());
    if (changing || members.isEmpty() || voters.isEmpty() || learners.isEmpty()) {
      return;
    }
    LogMembers wanted = new LogMembers(voters.get(), learners.get());
    if (wanted.voters().isEmpty() || wanted.equals(members.get())) {
      return;
    }
    changing = true;
    LOG.info("voters={} learners={}", wanted.voters(), wanted.learners());
    log.changeMembers(wanted)
        .whenComplete(
            (done, error) -> {
              changing = false;
              if (error == null) {
                members = Optional.of(wanted);
              } else {
                LOG.warn("voters={} could not be changed yet: {}", wanted, error.getMessage());
              }
            });
  }

  /** Empty if the disk of one of them is not known. */
  private static Optional<Set<MemberId>> membersOf(ClusterImage image, Collection<NodeId> nodes) {
    Set<MemberId> found = new HashSet<>();
    for (NodeId node : nodes) {
      String disk = image.broker(node).map(BrokerImage::directoryId).orElse("");
      if (disk.isEmpty()) {
        return Optional.empty();
      }
      found.add(new MemberId(node, disk));
    }
    return Optional.of(found);
  }
}
