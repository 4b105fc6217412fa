package io.millrace.verticle;

import io.millrace.group.GroupCoordinator;
import io.millrace.group.codec.GroupRecordCodec;
import io.millrace.model.Metrics;
import io.millrace.model.TimeSource;
import io.millrace.model.image.ClusterImage;
import io.millrace.record.CompressionType;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * What the coordinators of a node share.
 *
 * @param coordinators makes an empty coordinator
 * @param image the newest one
 * @param nextPass runs on the same thread once others have had their turn
 * @param touched told of a shard that has something to append; it is flushed at the pass's end
 * @param batchBytes a batch that has reached this gets no more records
 * @param loadTimer how long a load took, with its wait for a slot
 */
record CoordinatorParts(
    Supplier<GroupCoordinator> coordinators,
    GroupRecordCodec codec,
    Supplier<ClusterImage> image,
    PendingAsks pending,
    LoadSlots slots,
    Executor nextPass,
    Consumer<CoordinatorShard> touched,
    int batchBytes,
    CompressionType compression,
    TimeSource time,
    Metrics.Timer loadTimer) {}
