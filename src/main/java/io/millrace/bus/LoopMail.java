package io.millrace.bus;

import java.util.List;

/** The replies for one event loop that came up in one pass of their sender, sent as one message. */
public record LoopMail(List<BusReply> replies) implements BusMessage {
  @Override
  public long sizeBytes() {
    long sum = 0;
    for (BusReply reply : replies) {
      sum += reply.sizeBytes();
    }
    return sum;
  }

  /** Gives back what all the replies hold. */
  @Override
  public void discard() {
    replies.forEach(BusReply::discard);
  }
}
