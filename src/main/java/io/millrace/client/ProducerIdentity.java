package io.millrace.client;

import org.jspecify.annotations.Nullable;

/**
 * Under which a partition's log knows the batches of a producer (KIP-98). A later epoch makes the
 * log refuse whatever is still under way from an earlier one (KIP-360).
 */
record ProducerIdentity(long id, short epoch) {
  /** The same producer, one epoch later; null if there is none. */
  @Nullable ProducerIdentity next() {
    return epoch == Short.MAX_VALUE ? null : new ProducerIdentity(id, (short) (epoch + 1));
  }
}
