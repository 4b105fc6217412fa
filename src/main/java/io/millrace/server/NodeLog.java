package io.millrace.server;

import io.millrace.metadata.Membership;
import io.millrace.metadata.MetadataLog;
import io.vertx.core.Context;
import java.io.IOException;

/** The metadata log of a node, and whose it is; of a node that is alone, or of one of a cluster. */
interface NodeLog {
  MetadataLog log();

  Membership membership();

  /** From here on the log's callbacks run on this context. */
  void ownedBy(Context context);

  /** Writes into the data directory whose it is, if that is not there yet. */
  void keepMembership() throws IOException;

  /** Lets go of what the log does not close itself; called after it was closed. */
  void release() throws Exception;
}
