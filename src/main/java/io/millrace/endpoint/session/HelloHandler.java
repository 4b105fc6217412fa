package io.millrace.endpoint.session;

import io.millrace.model.ErrorCode;
import io.millrace.protocol.stream.Features;
import io.millrace.protocol.stream.message.Hello;
import io.millrace.protocol.stream.message.Welcome;
import io.netty.buffer.ByteBuf;
import java.util.List;

/** Agrees on the newest version that both sides speak. */
final class HelloHandler implements MessageHandler<Hello> {
  private static final int OLDEST = 1;
  private static final int NEWEST = 1;

  @Override
  public void handle(StreamSession session, Hello message, ByteBuf frame) {
    int version = Math.min(NEWEST, message.getMaxVersion());
    if (message.getMinVersion() > message.getMaxVersion()
        || version < OLDEST
        || version < message.getMinVersion()) {
      String text =
          "the client speaks versions "
              + message.getMinVersion()
              + " to "
              + message.getMaxVersion()
              + ", this server "
              + OLDEST
              + " to "
              + NEWEST;
      session.sendError(null, null, ErrorCode.UNSUPPORTED_VERSION, text);
      session.close(CloseCode.UNSUPPORTED_VERSION, text);
      return;
    }
    SessionLoop loop = session.loop();
    session.toOpen(message.getClientId(), message.getFeatures().contains(Features.HEARTBEAT));
    session.send(
        new Welcome(
            version,
            loop.image().clusterId(),
            loop.services().nodeId().getAsInt(),
            loop.services().serverVersion(),
            loop.limits().maxFrameBytes(),
            List.of(Features.HEARTBEAT)));
  }
}
