package io.millrace.verticle;

import io.millrace.bus.FetchReply;
import io.millrace.bus.LogsReply;
import io.millrace.bus.OffsetsReply;
import io.millrace.bus.ProduceReply;
import io.millrace.bus.ProduceRequest;
import io.millrace.bus.ShardReply;
import io.millrace.bus.ShardRequest;
import io.millrace.model.ErrorCode;
import java.util.Optional;

/** The answer to a request that met an error of this program. */
final class FailedRequest {
  private static final ErrorCode ERROR = ErrorCode.UNKNOWN_SERVER_ERROR;

  private FailedRequest() {}

  /** Empty for a request that is not answered. */
  static Optional<ShardReply> reply(ShardRequest request) {
    long id = request.correlationId();
    if (request instanceof ShardRequest.Append append) {
      return Optional.of(
          new ShardReply.Appended(
              id, append.entries().stream().map(FailedRequest::appended).toList()));
    }
    if (request instanceof ShardRequest.Read read) {
      FetchReply.Result failed = FetchReply.Result.failed(ERROR, ERROR.sentence(), -1, -1);
      return Optional.of(
          new ShardReply.ReadDone(id, read.entries().stream().map(e -> failed).toList(), false));
    }
    if (request instanceof ShardRequest.FindOffsets find) {
      OffsetsReply.Result failed = OffsetsReply.Result.failed(ERROR, ERROR.sentence());
      return Optional.of(
          new ShardReply.OffsetsFound(id, find.entries().stream().map(e -> failed).toList()));
    }
    if (request instanceof ShardRequest.DescribeLogs describe) {
      LogsReply.Result failed = LogsReply.Result.failed(ERROR, ERROR.sentence());
      return Optional.of(
          new ShardReply.LogsDescribed(
              id, describe.partitions().stream().map(e -> failed).toList()));
    }
    if (request instanceof ShardRequest.DeleteRecords) {
      return Optional.of(new ShardReply.RecordsDeleted(id, ERROR, ERROR.sentence(), -1));
    }
    return Optional.empty();
  }

  private static ProduceReply.Result appended(ProduceRequest.Entry entry) {
    // Cancelled, it was never read; else some of it may be in the log.
    return entry.batch().cancel()
        ? ProduceReply.Result.failed(ERROR, ERROR.sentence())
        : ProduceReply.Result.failed(
            ErrorCode.UNKNOWN_OUTCOME, ErrorCode.UNKNOWN_OUTCOME.sentence());
  }
}
