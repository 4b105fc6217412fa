/**
 * Avro's binary form, read so that damaged or hostile bytes are refused and cannot use up the
 * memory.
 *
 * <p>May import: Avro.
 *
 * <p>Threading: one thread per decoder.
 */
@org.jspecify.annotations.NullMarked
package io.millrace.avro;
