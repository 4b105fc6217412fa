/**
 * The command line: every command of {@code millrace}, its options, what it prints and its exit
 * codes.
 *
 * <p>May import: workload, checker, client, log (read-only), model, model.config, picocli and the
 * progress bar; {@code serve} is handed a {@link io.millrace.cli.ServerStarter}.
 *
 * <p>Threading: a command runs on the main thread and waits there for what it starts.
 */
@org.jspecify.annotations.NullMarked
package io.millrace.cli;
