package io.millrace.endpoint;

import io.millrace.bus.MemoryBudget;
import io.millrace.model.Metrics;
import io.millrace.model.TimeSource;
import io.millrace.model.config.SettingValues;

/**
 * What the listeners of frames share.
 *
 * @param memory bounds the frames in flight on the node
 */
public record FrameServices(
    SettingValues settings,
    ConnectionLimits limits,
    MemoryBudget memory,
    Metrics metrics,
    TimeSource time) {}
