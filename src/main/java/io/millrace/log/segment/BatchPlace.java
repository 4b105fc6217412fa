package io.millrace.log.segment;

/** Where a batch begins: its base offset and its position in the segment's file. */
record BatchPlace(long offset, int position) {}
