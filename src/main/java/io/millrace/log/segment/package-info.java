/**
 * The log of one partition in segment files: append, indexes, hot and cold reads, rolling, epochs,
 * producer state, recovery.
 *
 * <p>May import: log, record, model, model.config.
 *
 * <p>Threading: a log belongs to its partition's owner thread; tasks run on a pool; slices may be
 * released anywhere.
 */
@org.jspecify.annotations.NullMarked
package io.millrace.log.segment;
