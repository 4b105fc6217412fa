package io.millrace.verticle;

import io.millrace.bus.BusLimits;
import io.millrace.bus.LatestImage;
import io.millrace.bus.TypedBus;
import io.millrace.metadata.Membership;
import io.millrace.metadata.MetadataLog;
import io.millrace.model.TimeSource;
import io.millrace.model.config.SettingValues;
import io.vertx.core.Context;
import java.util.function.Consumer;

/**
 * What the metadata verticle is made of.
 *
 * @param log opened; its owner thread is the verticle's context, which {@code onOwner} gets first
 * @param membership which cluster this node is of, and as whom
 * @param latest shown to all of this node once its shards follow
 * @param shards how many there are on this node
 * @param onOwner called with the verticle's context before the log is used
 * @param onFailure told once if the log failed for good: the node must stop
 */
public record MetadataEnvironment(
    MetadataLog log,
    Membership membership,
    TypedBus bus,
    BusLimits limits,
    LatestImage latest,
    int shards,
    SettingValues settings,
    TimeSource time,
    Consumer<Context> onOwner,
    Consumer<Throwable> onFailure) {}
