package io.millrace.protocol.stream;

/**
 * What one message may cost its reader. The size of the frame is bounded by the transport before;
 * these bound what a frame of that size can be blown up to.
 *
 * @param maxItems array and map entries in one message, summed; an entry of few bytes becomes an
 *     object of many
 * @param maxDepth how deep JSON may be nested
 */
public record DecodeLimits(int maxItems, int maxDepth) {
  /** 65,536 entries, 64 levels. */
  public static final DecodeLimits DEFAULT = new DecodeLimits(1 << 16, 64);

  public DecodeLimits {
    if (maxItems < 1 || maxDepth < 1) {
      throw new IllegalArgumentException("limits are " + maxItems + ", " + maxDepth);
    }
  }
}
