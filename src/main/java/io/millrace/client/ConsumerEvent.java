package io.millrace.client;

/** What a consumer is told in its place between records. */
sealed interface ConsumerEvent permits RecordChunk, ConsumerGap, ConsumerCaughtUp, StreamEnd {}
