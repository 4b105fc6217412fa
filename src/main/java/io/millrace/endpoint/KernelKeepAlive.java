package io.millrace.endpoint;

import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.nio.NioChannelOption;
import io.netty.channel.socket.nio.NioSocketChannel;
import jdk.net.ExtendedSocketOptions;

/**
 * Lets the kernel find out within 5 s that a peer's machine is gone: it probes a connection that
 * was silent for 2 s every second, three times. Unlike a ping of the protocol this needs no answer
 * of the client's program, so that one which reads slowly, or not at all, is not taken for dead.
 *
 * <p>Threading: the channel's event loop.
 */
public final class KernelKeepAlive {
  private static final int IDLE_SECONDS = 2;
  private static final int INTERVAL_SECONDS = 1;
  private static final int PROBES = 3;

  private KernelKeepAlive() {}

  /** Does nothing where the platform cannot. */
  public static void apply(Channel channel) {
    channel.config().setOption(ChannelOption.SO_KEEPALIVE, true);
    if (channel instanceof NioSocketChannel) {
      channel
          .config()
          .setOption(NioChannelOption.of(ExtendedSocketOptions.TCP_KEEPIDLE), IDLE_SECONDS);
      channel
          .config()
          .setOption(NioChannelOption.of(ExtendedSocketOptions.TCP_KEEPINTERVAL), INTERVAL_SECONDS);
      channel.config().setOption(NioChannelOption.of(ExtendedSocketOptions.TCP_KEEPCOUNT), PROBES);
    }
  }
}
