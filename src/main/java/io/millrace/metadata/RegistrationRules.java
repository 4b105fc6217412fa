package io.millrace.metadata;

import io.millrace.metadata.MetadataRecord.BrokerRegistered;
import io.millrace.metadata.Ruling.Deny;
import io.millrace.metadata.Ruling.Grant;
import io.millrace.model.ErrorCode;
import io.millrace.model.NodeId;
import io.millrace.model.control.BrokerRegistration;
import io.millrace.model.image.BrokerImage;
import io.millrace.model.image.ClusterImage;
import io.millrace.model.image.ProcessLife;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What becomes of a broker that registers. Messages are doubled and late, so each says which
 * process it is of: the one that is registered already is answered as it was, and one that has been
 * followed by another of its data directory is refused.
 */
final class RegistrationRules {
  private RegistrationRules() {}

  /**
   * A broker's new life. It is fenced until it says that it follows the metadata; what its former
   * life led is led by others from here on, or by nobody, in a later leader epoch: whatever that
   * life still sends is recognised as old.
   *
   * <p>A broker that lost records, or its whole disk, is in sync nowhere from here on. Where nobody
   * else that has all could lead now, all that had are remembered as well (KIP-966).
   */
  static Ruling<BrokerImage> register(MetadataState state, BrokerRegistration registration) {
    Optional<BrokerImage> before = state.cluster().broker(registration.nodeId());
    if (before.isPresent() && isRegistered(before.get(), registration)) {
      return new Grant<>(
          List.of(), next -> next.cluster().broker(registration.nodeId()).orElseThrow());
    }
    Optional<Deny<BrokerImage>> denied =
        notPossible(state, registration)
            .or(() -> before.flatMap(known -> notNow(known, registration)));
    if (denied.isPresent()) {
      return denied.get();
    }
    boolean lost =
        registration.unclean()
            || before.filter(known -> isOfOtherDisk(known, registration)).isPresent();
    BrokerImage broker = begun(before, registration);
    List<MetadataRecord> records = new ArrayList<>();
    records.add(new BrokerRegistered(broker));
    records.addAll(endFormerLife(state.cluster().withBroker(broker), broker.id(), lost));
    return new Grant<>(records, next -> next.cluster().broker(broker.id()).orElseThrow());
  }

  private static BrokerImage begun(Optional<BrokerImage> before, BrokerRegistration registration) {
    return new BrokerImage(
        registration.nodeId(),
        registration.directoryId(),
        before.map(BrokerImage::incarnation).orElse(0L) + 1,
        true,
        before.map(BrokerImage::draining).orElse(false),
        registration.rack(),
        registration.endpoints(),
        registration.supportedVersion(),
        registration.life());
  }

  private static List<MetadataRecord> endFormerLife(ClusterImage image, NodeId node, boolean lost) {
    LeaderElection election = new LeaderElection(image.brokers());
    return PartitionChanges.of(
            image,
            partition -> partition.mayLead(node),
            (topic, draft) -> {
              if (lost) {
                draft.lose(node);
              }
              election.settle(topic, draft);
              if (lost && draft.leader().isEmpty()) {
                draft.rememberWhoHadAll();
              }
            })
        .records();
  }

  /** Whether the process is registered, so that this is a copy of what it was answered to. */
  private static boolean isRegistered(BrokerImage known, BrokerRegistration registration) {
    return known.life().isSame(registration.life())
        && known.directoryId().equals(registration.directoryId());
  }

  private static boolean isOfOtherDisk(BrokerImage known, BrokerRegistration registration) {
    return !known.directoryId().isEmpty()
        && !known.directoryId().equals(registration.directoryId());
  }

  private static Optional<Deny<BrokerImage>> notPossible(
      MetadataState state, BrokerRegistration registration) {
    if (!state.isFounded()) {
      return Optional.of(BrokerRules.notFounded());
    }
    if (registration.supportedVersion() < state.metadataVersion()) {
      return Optional.of(
          new Deny<>(
              ErrorCode.UNSUPPORTED_VERSION,
              "broker "
                  + registration.nodeId()
                  + " reads metadata up to version "
                  + registration.supportedVersion()
                  + ", the cluster's is of version "
                  + state.metadataVersion()
                  + "; start the newer release"));
    }
    return Optional.empty();
  }

  private static Optional<Deny<BrokerImage>> notNow(
      BrokerImage known, BrokerRegistration registration) {
    if (isOfOtherDisk(known, registration)) {
      return known.fenced() ? Optional.empty() : Optional.of(taken(known));
    }
    return registration.life().isSupersededBy(known.life())
        ? Optional.of(superseded(known, registration))
        : Optional.empty();
  }

  private static Deny<BrokerImage> taken(BrokerImage known) {
    return new Deny<>(
        ErrorCode.DUPLICATE_BROKER_REGISTRATION,
        "broker "
            + known.id()
            + " runs already, with another data directory; give this one another node.id, or"
            + " stop that one");
  }

  /** Who is alive to hear this has a directory that lost count of its starts, or a copy of one. */
  private static Deny<BrokerImage> superseded(BrokerImage known, BrokerRegistration registration) {
    return new Deny<>(
        ErrorCode.DATA_DIRECTORY_INVALID,
        "the data directory of broker "
            + known.id()
            + " says that it was started "
            + registration.life().start()
            + " times, the cluster knows of "
            + known.life().start()
            + ": it is a copy, or from a backup. Start with an empty data directory, which the other"
            + " brokers fill; or, if only cluster.properties was lost, write starts="
            + known.life().start()
            + " into it");
  }

  /**
   * The registration of a node that is alone: it leads again at once what it led before, and what
   * nobody leads and it has in sync, in a later leader epoch. Nobody else sends any, and its own
   * are not sent.
   */
  static Ruling<BrokerImage> registerAlone(MetadataState state, NodeId node) {
    if (!state.isFounded()) {
      return BrokerRules.notFounded();
    }
    ClusterImage image = state.cluster();
    Optional<BrokerImage> before = image.broker(node);
    BrokerImage broker =
        new BrokerImage(
            node,
            before.map(BrokerImage::directoryId).orElse(""),
            before.map(BrokerImage::incarnation).orElse(0L) + 1,
            false,
            false,
            Optional.empty(),
            List.of(),
            MetadataState.SUPPORTED_VERSION,
            before.map(BrokerImage::life).orElse(ProcessLife.UNKNOWN));
    List<MetadataRecord> records = new ArrayList<>();
    records.add(new BrokerRegistered(broker));
    records.addAll(
        PartitionChanges.of(
                image,
                partition ->
                    partition.inSyncReplicas().contains(node)
                        && (partition.leader().isEmpty() || partition.isLedBy(node)),
                (topic, draft) -> draft.lead(node, true))
            .records());
    return new Grant<>(records, next -> next.cluster().broker(node).orElseThrow());
  }
}
