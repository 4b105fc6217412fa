package io.millrace.endpoint;

import io.millrace.bus.MemoryBudget;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.CompositeByteBuf;

/**
 * One frame and the memory that is reserved for it, which is given back with the frame's last
 * reference, by whoever lets that go: a shard that keeps a piece of the frame keeps the memory
 * reserved. It counts references of its own, since those of the buffer that bytes are received in
 * say nothing about one frame in it: the next frame keeps that buffer alive.
 *
 * <p>Threading: as any buffer; references may be let go on any thread.
 */
final class ReservedFrame extends CompositeByteBuf {
  private final MemoryBudget.Reservation reservation;

  /** Takes over one reference of the bytes. */
  ReservedFrame(ByteBufAllocator allocator, ByteBuf bytes, MemoryBudget.Reservation reservation) {
    super(allocator, bytes.isDirect(), 1);
    this.reservation = reservation;
    addComponent(true, bytes);
  }

  @Override
  protected void deallocate() {
    super.deallocate();
    reservation.release();
  }
}
