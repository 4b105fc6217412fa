package io.millrace.bus;

import io.millrace.model.ErrorCode;

/**
 * The way to one shard of this node, or to all the shards of another one: its sender, and the bound
 * on what may be under way to it.
 *
 * @param remote whether it is on another node
 * @param closed what is answered where its sender takes nothing
 */
record ShardPort(
    boolean remote, Sender<ShardRequest> sender, Admission admission, ErrorCode closed) {
  /** Where replies to this loop go from there. */
  Address<LoopMail> replyTo(LoopBus loop) {
    return remote ? loop.nodeAddress() : loop.address();
  }

  /** Why nothing is sent, for people. */
  String reason() {
    return switch (closed) {
      case LEADER_NOT_AVAILABLE ->
          "the node that leads this partition cannot be reached, or enough is under way to it;"
              + " send again a little later";
      default ->
          "this node does not lead the partition, or its log shard is not running; look the leader"
              + " up and send again";
    };
  }
}
