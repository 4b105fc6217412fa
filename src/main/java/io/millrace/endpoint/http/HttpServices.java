package io.millrace.endpoint.http;

import io.millrace.bus.GroupClient;
import io.millrace.bus.MetadataClient;
import io.millrace.bus.PartitionClient;
import io.millrace.endpoint.ConnectionLimits;
import io.millrace.endpoint.HttpRoutes;
import io.millrace.endpoint.NodeState;
import io.millrace.endpoint.session.MemberClaims;
import io.millrace.endpoint.session.SessionLoop;
import io.millrace.model.Lease;
import io.millrace.model.Metrics;
import io.millrace.model.TimeSource;
import io.millrace.model.config.SettingValues;
import io.millrace.model.group.SubscriptionCodec;
import java.util.List;
import java.util.function.Function;
import java.util.function.IntSupplier;
import java.util.function.Supplier;

/**
 * What an HTTP endpoint is made of. The suppliers of clients and routes are called by each endpoint
 * once, on its event loop; the rest is shared by all.
 *
 * @param partitions this loop's client
 * @param metadata this loop's client
 * @param groups this loop's client
 * @param subscriptions reads what classic members of groups tell each other
 * @param routes what other endpoints contribute, for this loop and its sessions
 * @param scrape all meters as Prometheus reads them; called on a worker
 * @param claims shared by all sessions of the node
 * @param lease this node's; while it has none, its clients are better off at another
 * @param nodeId this node's number
 * @param serverVersion the release, for people
 */
public record HttpServices(
    SettingValues settings,
    NodeState state,
    ConnectionLimits limits,
    Metrics metrics,
    TimeSource time,
    Supplier<PartitionClient> partitions,
    Supplier<MetadataClient> metadata,
    Supplier<GroupClient> groups,
    SubscriptionCodec subscriptions,
    MemberClaims claims,
    Lease lease,
    Function<SessionLoop, List<HttpRoutes>> routes,
    Supplier<String> scrape,
    IntSupplier nodeId,
    String serverVersion) {}
