package io.millrace.client;

import io.millrace.model.StreamException;
import io.millrace.protocol.stream.message.Sought;
import org.apache.avro.specific.SpecificRecord;

/** The answer to one seek of a stream. */
final class SeekReply implements PendingRequests.Reply {
  private final ConsumerStream stream;
  private final SeekCommand seek;

  SeekReply(ConsumerStream stream, SeekCommand seek) {
    this.stream = stream;
    this.seek = seek;
  }

  @Override
  public void onAnswer(SpecificRecord answer) {
    if (answer instanceof Sought sought) {
      stream.onSought(seek, sought);
    } else {
      onFailure(Failures.unexpected(answer));
    }
  }

  @Override
  public void onFailure(StreamException failure) {
    stream.onSeekFailed(seek, failure);
  }
}
