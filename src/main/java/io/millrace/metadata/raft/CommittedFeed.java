package io.millrace.metadata.raft;

import io.millrace.metadata.MetadataState;
import io.millrace.metadata.file.ProposalBytes;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a member has committed, for those who follow it: the newest proposals as they were, and the
 * state in parts for whoever needs older ones.
 *
 * <p>Invariant: {@code entries} are the proposals up to the state's index, without a gap.
 *
 * <p>Threading: the thread of Raft.
 */
final class CommittedFeed {
  private static final int MAX_ENTRIES = 4_096;
  private static final long MAX_BYTES = 4L * 1024 * 1024;
  private static final int ANSWER_BYTES = 128 * 1024;

  private final ProposalBytes bytes;
  private final Deque<byte[]> entries = new ArrayDeque<>();
  private long entryBytes;
  private MetadataState state = MetadataState.empty();
  private long cutIndex;
  private @Nullable List<byte[]> cut;

  CommittedFeed(ProposalBytes bytes) {
    this.bytes = bytes;
  }

  /** A proposal was applied, and made this state. */
  void committed(MetadataState newState, byte[] proposal) {
    state = newState;
    entries.add(proposal);
    entryBytes += proposal.length;
    while (entries.size() > MAX_ENTRIES || (entryBytes > MAX_BYTES && entries.size() > 1)) {
      entryBytes -= entries.remove().length;
    }
  }

  /** A snapshot made this state. */
  void restored(MetadataState newState) {
    state = newState;
    entries.clear();
    entryBytes = 0;
  }

  /** Answers a follower. */
  MetadataSource.Fetched fetch(MetadataSource.Request request) {
    long first = state.index() - entries.size() + 1;
    if (request.fromIndex() > state.index()) {
      return new MetadataSource.Entries(request.fromIndex(), List.of());
    }
    if (request.fromIndex() >= first) {
      return entriesFrom(request.fromIndex(), first);
    }
    return snapshot(request, first);
  }

  /** One that is being read is not replaced while its reader can go on from it. */
  private MetadataSource.Fetched snapshot(MetadataSource.Request request, long firstEntry) {
    List<byte[]> parts = cut;
    if (parts == null || cutIndex < firstEntry - 1 || cutIndex < request.fromIndex()) {
      parts = SnapshotChunks.of(state, bytes);
      cut = parts;
      cutIndex = state.index();
    }
    return part(parts, request.partOfSnapshot() == cutIndex ? request.part() : 0);
  }

  private MetadataSource.Fetched part(List<byte[]> parts, int number) {
    int within = Math.min(Math.max(number, 0), parts.size() - 1);
    return new MetadataSource.SnapshotPart(cutIndex, within, parts.size(), parts.get(within));
  }

  private MetadataSource.Entries entriesFrom(long from, long first) {
    List<byte[]> answer = new ArrayList<>();
    int size = 0;
    Iterator<byte[]> iterator = entries.iterator();
    for (long index = first; iterator.hasNext() && size < ANSWER_BYTES; index++) {
      byte[] entry = iterator.next();
      if (index >= from) {
        answer.add(entry);
        size += entry.length;
      }
    }
    return new MetadataSource.Entries(from, answer);
  }
}
