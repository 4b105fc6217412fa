package io.millrace.replication;

/**
 * What a follower asks its leader for. Everything below the fetch offset is in its log.
 *
 * @param leaderEpoch the epoch in which it follows
 * @param fetchOffset its log's end
 * @param durableOffset everything below is on its stable storage; not above the fetch offset
 * @param lastFetchedEpoch of its last record, -1 if it has none (KIP-320, KIP-595)
 * @param highWatermark as the follower knows it
 */
public record ReplicaFetch(
    int leaderEpoch,
    long fetchOffset,
    long durableOffset,
    int lastFetchedEpoch,
    long highWatermark) {}
