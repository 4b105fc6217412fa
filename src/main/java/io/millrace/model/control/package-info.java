/**
 * What the controller of a cluster is asked and what it answers: the vocabulary that brokers, the
 * bus and the controller share. The words are those of Kafka's brokers and controllers (KIP-497,
 * KIP-455, KIP-631, KIP-841).
 *
 * <p>May import: model, model.config, model.image.
 *
 * <p>Threading: immutable values.
 */
@org.jspecify.annotations.NullMarked
package io.millrace.model.control;
