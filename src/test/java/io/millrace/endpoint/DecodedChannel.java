package io.millrace.endpoint;

import io.millrace.bus.MemoryBudget;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.channel.embedded.EmbeddedChannel;

/** A channel whose bytes a {@link FrameDecoder} cuts, and that receives as its socket would. */
final class DecodedChannel {
  final EmbeddedChannel channel = new EmbeddedChannel(new ChannelInboundHandlerAdapter());
  final FrameSocket socket;
  private final RecvByteBufAllocator.ExtendedHandle buffers;

  DecodedChannel(ByteBufAllocator allocator, MemoryBudget memory, int maxFrameBytes) {
    channel.config().setAllocator(allocator);
    ChannelHandlerContext context = channel.pipeline().firstContext();
    socket = new FrameSocket(context, false, 1_000_000);
    FrameDecoder decoder =
        new FrameDecoder(
            socket,
            memory,
            () -> maxFrameBytes,
            reason -> {
              throw new AssertionError(reason);
            });
    channel.config().setRecvByteBufAllocator(new FrameReceiver(decoder::roomInFrame));
    channel.pipeline().addFirst(decoder);
    buffers = (RecvByteBufAllocator.ExtendedHandle) channel.unsafe().recvBufAllocHandle();
  }

  /** What the socket would receive into next. */
  ByteBuf nextBuffer() {
    buffers.reset(channel.config());
    return buffers.allocate(channel.alloc());
  }
}
