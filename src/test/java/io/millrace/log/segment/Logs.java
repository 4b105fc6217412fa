package io.millrace.log.segment;

import io.millrace.log.Disk;
import io.millrace.log.ManualTime;
import io.millrace.log.NioDisk;
import io.millrace.model.TopicId;
import io.millrace.model.TopicName;
import io.millrace.model.TopicPartition;
import io.millrace.model.config.SettingValues;
import io.millrace.model.config.TopicSettings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Map;

/** Opens logs for tests, one request after the other. */
record Logs(OpenRequest request) {
  static final TopicId TOPIC_ID = new TopicId(1, 2);

  static Logs at(Path directory, ManualTime time) {
    return on(new NioDisk(), directory, time);
  }

  static Logs on(Disk disk, Path directory, ManualTime time) {
    return new Logs(
        new OpenRequest(
            disk,
            directory,
            new TopicPartition(new TopicName("flights"), 3),
            TOPIC_ID,
            TopicSettings.of(Map.of()),
            LogLimits.DEFAULTS,
            time,
            LastStop.CLEAN,
            OpenRequest.UNKNOWN_OFFSET,
            OpenRequest.UNKNOWN_OFFSET));
  }

  Logs with(String name, String value) {
    return with(request.topicSettings().with(Map.of(name, value)));
  }

  Logs with(SettingValues settings) {
    return copy(settings, request.limits(), request.lastStop(), request.recoveryPoint());
  }

  Logs with(LogLimits limits) {
    return copy(request.topicSettings(), limits, request.lastStop(), request.recoveryPoint());
  }

  Logs after(LastStop stop, long recoveryPoint) {
    return copy(request.topicSettings(), request.limits(), stop, recoveryPoint);
  }

  private Logs copy(SettingValues settings, LogLimits limits, LastStop stop, long recoveryPoint) {
    return new Logs(
        new OpenRequest(
            request.disk(),
            request.directory(),
            request.partition(),
            request.topicId(),
            settings,
            limits,
            request.time(),
            stop,
            recoveryPoint,
            request.logStartOffset()));
  }

  /** Limits that make every read a cold one. */
  static LogLimits allCold() {
    LogLimits usual = LogLimits.DEFAULTS;
    return new LogLimits(
        0, usual.producerIdExpirationMs(), usual.maxProducerIds(), usual.decompressionBytes());
  }

  SegmentedLog open() {
    try {
      return SegmentedLog.open(request);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
