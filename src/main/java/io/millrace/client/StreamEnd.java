package io.millrace.client;

/**
 * No more records come.
 *
 * @param reason the broker's
 */
record StreamEnd(String reason) implements ConsumerEvent {}
