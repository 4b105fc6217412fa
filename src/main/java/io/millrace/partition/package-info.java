/**
 * One partition of this node: its log, its role, the acknowledgements and fetches that wait for it.
 *
 * <p>May import: log, replication, record, model, model.config, model.image.
 *
 * <p>Threading: a partition and all that belongs to it is used by its owner thread alone; {@link
 * io.millrace.log.LogTask}s that it hands out run on a pool.
 */
@org.jspecify.annotations.NullMarked
package io.millrace.partition;
