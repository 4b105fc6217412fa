package io.millrace.endpoint.tcp;

import io.millrace.bus.GroupClient;
import io.millrace.bus.MemoryBudget;
import io.millrace.bus.MetadataClient;
import io.millrace.bus.PartitionClient;
import io.millrace.endpoint.ConnectionLimits;
import io.millrace.endpoint.session.MemberClaims;
import io.millrace.model.Lease;
import io.millrace.model.Metrics;
import io.millrace.model.TimeSource;
import io.millrace.model.config.SettingValues;
import io.millrace.model.group.SubscriptionCodec;
import java.util.function.IntSupplier;
import java.util.function.Supplier;

/**
 * What a TCP endpoint is made of. The suppliers of clients are called by each endpoint once, on its
 * event loop; the rest is shared by all.
 *
 * @param memory bounds the frames in flight on the node
 * @param partitions this loop's client
 * @param metadata this loop's client
 * @param groups this loop's client
 * @param subscriptions reads what classic members of groups tell each other
 * @param claims shared by all sessions of the node
 * @param lease this node's; while it has none, its clients are better off at another
 * @param nodeId this node's number
 * @param serverVersion the release, for people
 */
public record TcpServices(
    SettingValues settings,
    ConnectionLimits limits,
    MemoryBudget memory,
    Metrics metrics,
    TimeSource time,
    Supplier<PartitionClient> partitions,
    Supplier<MetadataClient> metadata,
    Supplier<GroupClient> groups,
    SubscriptionCodec subscriptions,
    MemberClaims claims,
    Lease lease,
    IntSupplier nodeId,
    String serverVersion) {}
