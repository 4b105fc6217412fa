/**
 * Checks what clients saw of a topic against what the broker promises: nothing acknowledged is
 * lost, nothing is there twice, order is kept, replicas agree.
 *
 * <p>May import: model, Jackson core.
 *
 * <p>Threading: plain classes, one thread each; no clock, no randomness, no network.
 */
@org.jspecify.annotations.NullMarked
package io.millrace.checker;
