package io.millrace.endpoint;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.bus.MemoryBudget;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/**
 * Frames of all sizes come in pieces of all sizes, as a socket receives them or as a cipher does.
 */
class FrameDecoderPropertyTest {
  private static final int MOST_FRAME_BYTES = 200_000;

  @Property(tries = 200)
  void shouldCutWhatWasSentWhateverPiecesItComesIn(@ForAll long seed) {
    // given
    SplittableRandom random = new SplittableRandom(seed);
    List<byte[]> frames = frames(random);
    Peer peer = new Peer(frames);
    Receiver receiver = new Receiver(random);

    // when
    while (peer.hasMore()) {
      receiver.receive(peer);
    }
    receiver.readOn();

    // then
    assertThat(receiver.taken).extracting(ByteBufUtil::getBytes).containsExactlyElementsOf(frames);
    receiver.taken.forEach(ByteBuf::release);
    receiver.channel.finishAndReleaseAll();
    assertThat(receiver.memory.reservedBytes()).isZero();
  }

  private static List<byte[]> frames(SplittableRandom random) {
    List<byte[]> frames = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      int most = random.nextBoolean() ? 300 : MOST_FRAME_BYTES;
      byte[] frame = new byte[1 + random.nextInt(most)];
      random.nextBytes(frame);
      frames.add(frame);
    }
    return frames;
  }

  /** What the peer sends, as one stream of bytes. */
  private static final class Peer {
    private final ByteBuf stream = Unpooled.buffer();

    Peer(List<byte[]> frames) {
      frames.forEach(frame -> stream.writeInt(frame.length).writeBytes(frame));
    }

    boolean hasMore() {
      return stream.isReadable();
    }

    ByteBuf sendUpTo(int bytes, ByteBuf target) {
      return target.writeBytes(stream, Math.min(bytes, stream.readableBytes()));
    }
  }

  private static final class Receiver {
    private final SplittableRandom random;
    private final MemoryBudget memory = new MemoryBudget(10L * MOST_FRAME_BYTES);
    private final List<ByteBuf> taken = new ArrayList<>();
    private final DecodedChannel decoded =
        new DecodedChannel(ByteBufAllocator.DEFAULT, memory, MOST_FRAME_BYTES);
    private final EmbeddedChannel channel = decoded.channel;

    Receiver(SplittableRandom random) {
      this.random = random;
      channel
          .pipeline()
          .addAfter(channel.pipeline().firstContext().name(), "stops", new StopsNowAndThen());
    }

    void receive(Peer peer) {
      if (random.nextInt(3) == 0) {
        readOn();
      }
      int sizeBytes = 1 + random.nextInt(random.nextBoolean() ? 8 : 100_000);
      ByteBuf piece;
      if (random.nextInt(4) == 0) {
        piece = peer.sendUpTo(sizeBytes, channel.alloc().directBuffer());
      } else {
        piece = decoded.nextBuffer();
        peer.sendUpTo(Math.min(sizeBytes, piece.writableBytes()), piece);
      }
      channel.writeInbound(piece);
    }

    void readOn() {
      do {
        decoded.socket.setReading(true);
        channel.runPendingTasks();
      } while (!channel.config().isAutoRead());
    }

    private final class StopsNowAndThen extends ChannelInboundHandlerAdapter {
      @Override
      public void channelRead(ChannelHandlerContext context, Object frame) {
        taken.add((ByteBuf) frame);
        if (random.nextInt(3) == 0) {
          decoded.socket.setReading(false);
        }
      }
    }
  }
}
