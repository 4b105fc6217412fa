package io.millrace.endpoint;

import io.netty.buffer.ByteBuf;
import io.netty.channel.FileRegion;
import io.netty.channel.MessageSizeEstimator;

/**
 * Counts what waits to be sent by its full size. Netty's own estimator takes a file region for
 * nothing, so that a socket which is sent regions alone would never push back.
 */
final class WholeSizeEstimator implements MessageSizeEstimator {
  private static final int OTHER_BYTES = 8;

  @Override
  public Handle newHandle() {
    return message -> {
      if (message instanceof ByteBuf buffer) {
        return buffer.readableBytes();
      }
      return message instanceof FileRegion region
          ? (int) Math.min(Integer.MAX_VALUE, region.count())
          : OTHER_BYTES;
    };
  }
}
