/**
 * Turns the facts of the metadata log into bytes and back, each in Avro's single-object encoding,
 * so that a fact says itself which schema wrote it.
 *
 * <p>May import: avro, metadata, metadata.record, model and below; Avro.
 *
 * <p>Threading: safe from any thread.
 */
@org.jspecify.annotations.NullMarked
package io.millrace.metadata.codec;
