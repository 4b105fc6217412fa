/**
 * The composition root: reads the configuration, wires every part, starts them in order and stops
 * them in reverse.
 *
 * <p>May import: everything; imported by nothing but {@code io.millrace.Main}.
 *
 * <p>Threading: decided here for all the parts; configuration is read on the thread that starts.
 */
@org.jspecify.annotations.NullMarked
package io.millrace.server;
