/**
 * The data directory: who it belongs to, who holds it, how it was left, how far its logs are known
 * to be durable, and the directories of its partitions.
 *
 * <p>May import: log, log.segment, record, model, model.config, model.image.
 *
 * <p>Threading: {@link io.millrace.log.directory.DataDirectory} is safe from any thread and blocks;
 * the rest are values.
 */
@org.jspecify.annotations.NullMarked
package io.millrace.log.directory;
