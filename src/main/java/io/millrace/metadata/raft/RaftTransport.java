package io.millrace.metadata.raft;

import java.nio.ByteBuffer;
import java.util.function.Consumer;

/**
 * Carries messages between members.
 *
 * <p>Assumes nothing of them but that a message which arrives is as it was sent: any may be lost,
 * doubled or overtaken, and none is larger than {@link RaftConfig#MAX_MESSAGE_BYTES}.
 */
public interface RaftTransport {
  /**
   * Sends, or loses it; never blocks. Called on Raft's thread.
   *
   * @param memberKey the receiver's {@link io.millrace.metadata.MemberId#key() key}
   */
  void send(String memberKey, ByteBuffer message);

  /**
   * Hands whatever arrives for this member to this handler, which does not block and may be called
   * on any thread. It gets bytes that nobody changes any more.
   */
  void onReceive(Consumer<ByteBuffer> handler);
}
