package io.millrace.endpoint.kafka;

import io.millrace.bus.GroupClient;
import io.millrace.bus.MemoryBudget;
import io.millrace.bus.MetadataClient;
import io.millrace.bus.PartitionClient;
import io.millrace.endpoint.ConnectionLimits;
import io.millrace.model.Metrics;
import io.millrace.model.TimeSource;
import io.millrace.model.config.SettingValues;
import java.util.Optional;
import java.util.function.IntSupplier;
import java.util.function.Supplier;

/**
 * What a Kafka endpoint is made of. The suppliers of clients are called by each endpoint once, on
 * its event loop; the rest is shared by all.
 *
 * @param memory bounds the frames in flight on the node
 * @param partitions this loop's client
 * @param metadata this loop's client
 * @param groups this loop's client; empty if there are no group coordinators, and then the APIs for
 *     groups are not served
 * @param fetchSessions bounds the fetch sessions of the node
 * @param nodeId this node's number
 */
public record KafkaServices(
    SettingValues settings,
    ConnectionLimits limits,
    MemoryBudget memory,
    Metrics metrics,
    TimeSource time,
    Supplier<PartitionClient> partitions,
    Supplier<MetadataClient> metadata,
    Optional<Supplier<GroupClient>> groups,
    FetchSessionSlots fetchSessions,
    IntSupplier nodeId) {}
