/**
 * Keeps the last record of each key and takes the others away, in the background.
 *
 * <p>May import: log, log.segment, record, model, model.config.
 *
 * <p>Threading: a {@link io.millrace.log.compaction.Compactor} belongs to its shard's thread; the
 * tasks that it hands out run on a pool, one at a time; {@link
 * io.millrace.log.compaction.CompactionLimits} is shared by the shards of a node.
 */
@org.jspecify.annotations.NullMarked
package io.millrace.log.compaction;
