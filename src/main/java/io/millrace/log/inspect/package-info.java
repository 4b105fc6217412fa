/**
 * Reads and checks the files of a log without opening it: for {@code log dump} and {@code log
 * verify}. Nothing here writes.
 *
 * <p>May import: log, log.segment, log.directory, record, model.
 *
 * <p>Threading: an inspector belongs to one thread and blocks. A broker may be appending meanwhile:
 * what is under way at the end of the newest segment then looks incomplete.
 */
@org.jspecify.annotations.NullMarked
package io.millrace.log.inspect;
