package io.millrace.verticle;

import io.millrace.bus.Admission;
import io.millrace.bus.BusLimits;
import io.millrace.bus.LatestImage;
import io.millrace.bus.TypedBus;
import io.millrace.group.GroupCoordinator;
import io.millrace.group.codec.GroupRecordCodec;
import io.millrace.model.Metrics;
import io.millrace.model.NodeId;
import io.millrace.model.TimeSource;
import io.millrace.model.config.SettingValues;
import java.util.List;
import java.util.function.Supplier;

/**
 * What the group verticle is made of.
 *
 * @param admissions of the log shards, shared by all who send to them
 * @param latest the newest image that this node's shards follow
 * @param coordinators makes an empty coordinator
 * @param codec how their records are written
 * @param settings the broker's
 */
public record GroupEnvironment(
    NodeId self,
    TypedBus bus,
    BusLimits limits,
    List<Admission> admissions,
    LatestImage latest,
    Supplier<GroupCoordinator> coordinators,
    GroupRecordCodec codec,
    SettingValues settings,
    TimeSource time,
    Metrics metrics) {}
