package io.millrace.bus;

import io.millrace.model.ErrorCode;
import io.millrace.model.PartitionId;
import io.millrace.model.StreamException;
import io.vertx.core.Promise;

/** A log start offset that is raised. */
final class DeleteRecordsCall extends ShardCall {
  private final Promise<Long> promise;

  DeleteRecordsCall(LoopBus loop, ShardPort port, long deadlineNanos, Promise<Long> promise) {
    super(loop, port, 0, deadlineNanos);
    this.promise = promise;
  }

  void send(PartitionId partition, long beforeOffset, long imageVersion) {
    send(
        id ->
            new ShardRequest.DeleteRecords(
                id, replyTo(), partition, beforeOffset, imageVersion, deadlineNanos()));
  }

  @Override
  void replied(BusReply reply) {
    end();
    ShardReply.RecordsDeleted deleted = (ShardReply.RecordsDeleted) reply;
    if (deleted.error() == ErrorCode.NONE) {
      promise.complete(deleted.logStartOffset());
    } else {
      promise.fail(new StreamException(deleted.error(), deleted.reason()));
    }
  }

  @Override
  void timedOut() {
    abandon();
    // Records may be gone by now; asking again is harmless, so this is a plain time-out.
    refused(ErrorCode.REQUEST_TIMED_OUT, "the log shard did not answer in time; ask again");
  }

  @Override
  void refused(ErrorCode error, String reason) {
    promise.fail(new StreamException(error, reason));
  }
}
