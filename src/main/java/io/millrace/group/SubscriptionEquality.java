package io.millrace.group;

import io.millrace.model.group.OpaqueBytes;
import io.millrace.model.group.SubscriptionCodec;
import io.millrace.model.group.SubscriptionCodec.Subscription;
import java.util.HashSet;
import java.util.Optional;

/** Whether what a member says leads to the same assignment as what it said before. */
final class SubscriptionEquality {
  private SubscriptionEquality() {}

  /**
   * What a consumer owns is in there too and is gone after a restart; only what it wants counts.
   */
  static boolean isSame(
      SubscriptionCodec codec, String protocolType, OpaqueBytes before, OpaqueBytes now) {
    if (before.equals(now)) {
      return true;
    }
    if (!protocolType.equals(ClassicGroup.CONSUMER_PROTOCOL)) {
      return false;
    }
    Optional<Subscription> wanted = codec.subscription(before);
    Optional<Subscription> wants = codec.subscription(now);
    return wanted.isPresent()
        && wants.isPresent()
        && new HashSet<>(wanted.get().topics()).equals(new HashSet<>(wants.get().topics()))
        && wanted.get().rackId().equals(wants.get().rackId());
  }
}
