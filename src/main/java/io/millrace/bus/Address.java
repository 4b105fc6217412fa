package io.millrace.bus;

/**
 * Where messages of one kind are consumed. Made by {@link Addresses} alone, so that no text of an
 * address stands anywhere else.
 *
 * @param value the event bus's address
 * @param <M> what is sent there
 */
public record Address<M>(String value, Scope scope, Class<M> messageType) {
  @Override
  public String toString() {
    return value;
  }
}
