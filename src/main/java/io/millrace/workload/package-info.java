/**
 * Clients that send to a topic and read from it for a while, whatever happens to the brokers
 * meanwhile, and write down what they see, for {@link io.millrace.checker.Checker}.
 *
 * <p>May import: checker, client, model, model.config, Vert.x core.
 *
 * <p>Threading: everything runs on the one event loop on which the workload is started.
 */
@org.jspecify.annotations.NullMarked
package io.millrace.workload;
