package io.millrace.endpoint.session;

import io.millrace.bus.GroupClient;
import io.millrace.bus.MetadataClient;
import io.millrace.bus.PartitionClient;
import io.millrace.model.Lease;
import io.millrace.model.Metrics;
import io.millrace.model.TimeSource;
import io.millrace.model.config.SettingValues;
import io.millrace.model.group.SubscriptionCodec;
import java.util.function.IntSupplier;

/**
 * What the sessions of one event loop stand on.
 *
 * @param partitions this loop's client
 * @param metadata this loop's client
 * @param groups this loop's client
 * @param subscriptions reads what classic members of groups tell each other
 * @param claims shared by all sessions of the node
 * @param lease this node's; while it has none, its clients are better off at another
 * @param nodeId this node's number, once it has one
 * @param serverVersion the release, for people
 */
public record SessionServices(
    SettingValues settings,
    PartitionClient partitions,
    MetadataClient metadata,
    GroupClient groups,
    SubscriptionCodec subscriptions,
    MemberClaims claims,
    Lease lease,
    TimeSource time,
    Metrics metrics,
    IntSupplier nodeId,
    String serverVersion) {}
