package io.millrace.log.segment;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The package's logger, so that its lines are found under one name. */
final class SegmentLog {
  static final Logger LOG = LoggerFactory.getLogger("io.millrace.log.segment");

  private SegmentLog() {}
}
