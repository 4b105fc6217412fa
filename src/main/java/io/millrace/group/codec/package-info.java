/**
 * Turns facts about groups into keys and values of records in {@code __consumer_offsets}, and back.
 *
 * <p>May import: avro, group, group.record, model and below; Avro.
 *
 * <p>Threading: safe from any thread.
 */
@org.jspecify.annotations.NullMarked
package io.millrace.group.codec;
