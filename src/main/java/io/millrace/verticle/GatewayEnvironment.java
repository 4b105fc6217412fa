package io.millrace.verticle;

import io.millrace.bus.Admission;
import io.millrace.bus.BusLimits;
import io.millrace.bus.LatestImage;
import io.millrace.bus.TypedBus;
import io.millrace.model.NodeId;
import io.millrace.model.TimeSource;
import io.millrace.model.image.ClusterImage;
import java.util.List;
import java.util.function.Consumer;

/**
 * What the gateway is made of.
 *
 * @param admissions of the log shards, shared by all who send to them
 * @param latest the newest image that this node's shards follow
 * @param onImage hears of it and of every newer one
 */
public record GatewayEnvironment(
    NodeId self,
    TypedBus bus,
    BusLimits limits,
    List<Admission> admissions,
    LatestImage latest,
    Consumer<ClusterImage> onImage,
    TimeSource time) {}
