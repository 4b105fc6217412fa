package io.millrace.bus;

import java.util.Set;

/**
 * Where messages of one kind are consumed. Made by {@link Addresses} alone, so that no text of an
 * address stands anywhere else.
 *
 * @param value the event bus's address
 * @param <M> what is sent there
 */
public record Address<M>(String value, Scope scope, Class<M> messageType) {
  private static final Set<String> CONTROL = Set.of("raft", "controller", "hello");

  /** Whether this is what keeps the cluster together, and must not wait for records. */
  boolean isControl() {
    return scope == Scope.CLUSTER && CONTROL.contains(value.substring(value.lastIndexOf('.') + 1));
  }

  @Override
  public String toString() {
    return value;
  }
}
