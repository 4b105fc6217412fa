/**
 * The roles of a replica, the in-sync replicas and the high watermark: pure state machines.
 *
 * <p>May import: model, model.config, model.image, record.
 *
 * <p>Threading: a state machine belongs to its partition's owner thread.
 */
@org.jspecify.annotations.NullMarked
package io.millrace.replication;
