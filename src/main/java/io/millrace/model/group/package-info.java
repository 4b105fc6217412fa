/**
 * What a group coordinator is asked and what it answers: the vocabulary that endpoints, the bus and
 * the coordinator share. The words are those of Kafka's group protocols: the classic one (KIP-62,
 * KIP-345, KIP-394) and the one in which the server assigns (KIP-848).
 *
 * <p>May import: model.
 *
 * <p>Threading: immutable values.
 */
@org.jspecify.annotations.NullMarked
package io.millrace.model.group;
