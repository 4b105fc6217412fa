/**
 * The immutable image of the cluster: brokers, topics, partitions, settings.
 *
 * <p>May import: model, model.config.
 *
 * <p>Threading: immutable values, shared by reference.
 */
@org.jspecify.annotations.NullMarked
package io.millrace.model.image;
