package io.millrace.endpoint;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.util.UncheckedBooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Where a socket puts what it receives: into the frame that is under way, if much of it is missing,
 * so that the kernel's copy is the only one; else into a buffer whose size follows what comes.
 *
 * <p>Only for a channel whose decoder is the first to see what came: a cipher hands on other bytes
 * than it was given.
 *
 * <p>Threading: its channel's event loop.
 */
final class FrameReceiver extends AdaptiveRecvByteBufAllocator {
  private final Supplier<@Nullable ByteBuf> frame;

  /**
   * @param frame one more reference of the frame to go on with behind its writer index, or null
   */
  FrameReceiver(Supplier<@Nullable ByteBuf> frame) {
    this.frame = frame;
  }

  @Override
  public RecvByteBufAllocator.ExtendedHandle newHandle() {
    return new IntoFrame((RecvByteBufAllocator.ExtendedHandle) super.newHandle());
  }

  private final class IntoFrame extends RecvByteBufAllocator.DelegatingHandle
      implements RecvByteBufAllocator.ExtendedHandle {
    private final RecvByteBufAllocator.ExtendedHandle adaptive;

    IntoFrame(RecvByteBufAllocator.ExtendedHandle adaptive) {
      super(adaptive);
      this.adaptive = adaptive;
    }

    @Override
    public ByteBuf allocate(ByteBufAllocator allocator) {
      ByteBuf begun = frame.get();
      return begun == null ? adaptive.allocate(allocator) : begun;
    }

    @Override
    public boolean continueReading(UncheckedBooleanSupplier maybeMore) {
      return adaptive.continueReading(maybeMore);
    }
  }
}
