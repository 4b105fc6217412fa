package io.millrace.bus;

/** The way to one shard: its sender, and the bound on what may be under way to it. */
record ShardPort(int shard, Sender<ShardRequest> sender, Admission admission) {}
