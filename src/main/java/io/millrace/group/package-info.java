/**
 * Consumer groups: the coordinator of the groups of one partition of {@code __consumer_offsets}, a
 * pure state machine. It is given requests, the cluster image and the time, and returns records to
 * append and replies to send.
 *
 * <p>May import: model and below.
 *
 * <p>Threading: one coordinator, one thread at a time; nothing here blocks, reads a clock or does
 * I/O.
 */
@org.jspecify.annotations.NullMarked
package io.millrace.group;
