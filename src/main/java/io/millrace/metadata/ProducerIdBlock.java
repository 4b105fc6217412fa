package io.millrace.metadata;

/**
 * Producer ids that one broker may hand out: {@code firstProducerId <= id < endProducerId}.
 *
 * @param firstProducerId the first one
 * @param endProducerId the one after the last
 */
public record ProducerIdBlock(long firstProducerId, long endProducerId) {
  /** How many ids a broker asks for at a time (Kafka's number). */
  public static final int SIZE = 1_000;

  public boolean isEmpty() {
    return firstProducerId >= endProducerId;
  }

  /** The block without its first id. */
  public ProducerIdBlock afterFirst() {
    return new ProducerIdBlock(firstProducerId + 1, endProducerId);
  }
}
