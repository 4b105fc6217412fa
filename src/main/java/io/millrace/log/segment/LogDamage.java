package io.millrace.log.segment;

/**
 * Bytes of a log that are not what was written.
 *
 * @param fromOffset everything below it is as good as ever, as far as is known
 */
record LogDamage(String what, long fromOffset) {}
