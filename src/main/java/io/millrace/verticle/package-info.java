/**
 * Deployment units: each decodes a message, calls a plain class, carries out what that returns, and
 * replies.
 *
 * <p>May import: bus, partition, group, group.codec, metadata, metadata.raft, replication, log,
 * record, model, model.config, model.image, Vert.x core.
 *
 * <p>Threading: a shard is used by one thread at a time, which {@link
 * io.millrace.verticle.ShardThread} decides.
 */
@org.jspecify.annotations.NullMarked
package io.millrace.verticle;
