package io.millrace.verticle;

import io.millrace.bus.ProduceReply;
import io.millrace.model.AppendCondition;
import io.millrace.model.ErrorCode;
import io.millrace.record.BatchHeader;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.function.Consumer;

/** A coordinator's log that answers what a test says, when it says so. */
final class ScriptedLog implements CoordinatorLog {
  final ArrayDeque<Read> reads = new ArrayDeque<>();
  final ArrayDeque<Append> appends = new ArrayDeque<>();

  record Read(long offset, int leaderEpoch, Consumer<Chunk> whenRead) {}

  record Append(
      ByteBuffer batch, AppendCondition condition, Consumer<ProduceReply.Result> whenDone) {
    int records() {
      return BatchHeader.recordCount(batch, 0);
    }

    void committed() {
      whenDone.accept(
          new ProduceReply.Result(
              ErrorCode.NONE, "", condition.endOffset(), -1, 0, condition.leaderEpoch()));
    }

    void refused(ErrorCode error) {
      whenDone.accept(ProduceReply.Result.failed(error, "as the test wants it"));
    }
  }

  @Override
  public void read(long offset, int leaderEpoch, Consumer<Chunk> whenRead) {
    reads.add(new Read(offset, leaderEpoch, whenRead));
  }

  @Override
  public void append(
      ByteBuffer batch, AppendCondition condition, Consumer<ProduceReply.Result> whenDone) {
    appends.add(new Append(batch, condition, whenDone));
  }
}
