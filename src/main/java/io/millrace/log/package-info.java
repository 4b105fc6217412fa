/**
 * The storage engine: a partition's log of record batches, written through the small port {@link
 * io.millrace.log.Disk}.
 *
 * <p>May import: model, model.config, model.image, record.
 *
 * <p>Threading: a log belongs to its partition's owner thread; {@link io.millrace.log.LogTask}s run
 * on a pool.
 */
@org.jspecify.annotations.NullMarked
package io.millrace.log;
