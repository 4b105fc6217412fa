/**
 * Reads cold segments again in the background, so that damage is found before it is needed.
 *
 * <p>May import: log, record, model.
 *
 * <p>Threading: a scrubber belongs to its shard's thread; what it hands out runs on a pool.
 */
@org.jspecify.annotations.NullMarked
package io.millrace.log.scrub;
