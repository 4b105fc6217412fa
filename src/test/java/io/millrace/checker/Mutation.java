package io.millrace.checker;

import io.millrace.checker.HistoryEvent.ReadRecord;
import io.millrace.checker.HistoryEvent.ReplicaBatch;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.function.Predicate;

/** A way in which a broker can break its promises, put into a history that was good. */
enum Mutation {
  DROPPED {
    @Override
    void apply(List<HistoryEvent> events, Random random) {
      changeFinal(events, random, (records, at) -> records.remove(at));
    }
  },
  DROPPED_LAST {
    @Override
    void apply(List<HistoryEvent> events, Random random) {
      changeFinal(events, random, (records, at) -> records.remove(records.size() - 1));
    }
  },
  /** Offsets close up behind it, as if it had never been written. */
  LOST {
    @Override
    void apply(List<HistoryEvent> events, Random random) {
      String lost = pick(events, random, HistoryEvent.Acked.class, acked -> true).value();
      for (int i = 0; i < events.size(); i++) {
        if (events.get(i) instanceof HistoryEvent.Polled polled) {
          events.set(i, without(polled, lost));
        }
      }
    }
  },
  SWAPPED {
    @Override
    void apply(List<HistoryEvent> events, Random random) {
      changeFinal(
          events,
          random,
          (records, at) -> {
            int other = (at + 1) % records.size();
            ReadRecord one = records.get(at);
            ReadRecord two = records.get(other);
            records.set(at, new ReadRecord(one.offset(), two.value()));
            records.set(other, new ReadRecord(two.offset(), one.value()));
          });
    }
  },
  DOUBLED {
    @Override
    void apply(List<HistoryEvent> events, Random random) {
      changeFinal(
          events,
          random,
          (records, at) -> records.add(new ReadRecord(records.size(), records.get(at).value())));
    }
  },
  DELIVERED_TWICE {
    @Override
    void apply(List<HistoryEvent> events, Random random) {
      changeFinal(events, random, (records, at) -> records.add(at, records.get(at)));
    }
  },
  ALTERED {
    @Override
    void apply(List<HistoryEvent> events, Random random) {
      changeFinal(
          events,
          random,
          (records, at) -> records.set(at, new ReadRecord(records.get(at).offset(), "never sent")));
    }
  },
  ACKED_ELSEWHERE {
    @Override
    void apply(List<HistoryEvent> events, Random random) {
      HistoryEvent.Acked acked = pick(events, random, HistoryEvent.Acked.class, each -> true);
      events.set(
          events.indexOf(acked),
          new HistoryEvent.Acked(
              acked.atUs(), acked.value(), acked.partition(), acked.offset() + 1));
    }
  },
  REFUSED_AND_WRITTEN {
    @Override
    void apply(List<HistoryEvent> events, Random random) {
      HistoryEvent.Acked acked = pick(events, random, HistoryEvent.Acked.class, each -> true);
      events.set(
          events.indexOf(acked), new HistoryEvent.Failed(acked.atUs(), acked.value(), "refused"));
    }
  },
  STEP_BACK {
    @Override
    void apply(List<HistoryEvent> events, Random random) {
      HistoryEvent.Polled polled = finalRead(events, random);
      events.add(events.indexOf(polled), polled);
    }
  },
  SKIPPED {
    @Override
    void apply(List<HistoryEvent> events, Random random) {
      events.remove(finalRead(events, random));
    }
  },
  READER_STOPPED {
    @Override
    void apply(List<HistoryEvent> events, Random random) {
      HistoryEvent.Polled last =
          pick(
              events,
              random,
              HistoryEvent.Polled.class,
              polled -> polled.reader().equals("r") && !polled.records().isEmpty());
      events.removeIf(
          event ->
              event instanceof HistoryEvent.Polled polled
                  && polled.reader().equals("r")
                  && polled.partition() == last.partition()
                  && events.indexOf(polled) >= events.indexOf(last));
    }
  },
  GROUP_SKIPPED {
    @Override
    void apply(List<HistoryEvent> events, Random random) {
      for (int i = 0; i < events.size(); i++) {
        if (events.get(i) instanceof HistoryEvent.Polled polled
            && polled.reader().startsWith("m")) {
          List<ReadRecord> later =
              polled.records().stream().filter(record -> record.offset() > 0).toList();
          events.set(
              i,
              new HistoryEvent.Polled(polled.atUs(), polled.reader(), polled.partition(), later));
        }
      }
    }
  },
  COMMIT_BACK {
    @Override
    void apply(List<HistoryEvent> events, Random random) {
      HistoryEvent.Committed last =
          pick(
              events,
              random,
              HistoryEvent.Committed.class,
              each -> each.reader().equals(HistoryEvent.FINAL_READER) && each.offset() > 0);
      events.set(
          events.indexOf(last),
          new HistoryEvent.Committed(
              last.atUs(), last.reader(), last.group(), last.partition(), last.offset() - 1));
    }
  },
  COMMIT_BEYOND_END {
    @Override
    void apply(List<HistoryEvent> events, Random random) {
      HistoryEvent.Ended ended = pick(events, random, HistoryEvent.Ended.class, each -> true);
      events.add(
          new HistoryEvent.Committed(
              ended.atUs(), "m0", "other", ended.partition(), ended.endOffset() + 1));
    }
  },
  REPLICA_DIFFERS {
    @Override
    void apply(List<HistoryEvent> events, Random random) {
      changeReplica(
          events,
          random,
          (batches, at) -> {
            ReplicaBatch old = batches.get(at);
            batches.set(
                at,
                new ReplicaBatch(
                    old.baseOffset(),
                    old.lastOffset(),
                    old.leaderEpoch(),
                    old.producerId(),
                    old.producerEpoch(),
                    old.baseSequence(),
                    old.sizeBytes(),
                    old.crc() + 1));
          });
    }
  },
  REPLICA_BEHIND {
    @Override
    void apply(List<HistoryEvent> events, Random random) {
      changeReplica(events, random, (batches, at) -> batches.remove(batches.size() - 1));
    }
  },
  REPLICA_HOLE {
    @Override
    void apply(List<HistoryEvent> events, Random random) {
      changeReplica(events, random, (batches, at) -> batches.remove(0));
    }
  },
  EPOCH_BACK {
    @Override
    void apply(List<HistoryEvent> events, Random random) {
      changeReplica(
          events,
          random,
          (batches, at) ->
              batches.add(new ReplicaBatch(batches.size(), batches.size(), -1, 7, 0, 0, 70, 9)));
    }
  },
  NOT_READ {
    @Override
    void apply(List<HistoryEvent> events, Random random) {
      events.remove(pick(events, random, HistoryEvent.Ended.class, each -> true));
    }
  };

  interface Change<T> {
    void apply(List<T> items, int at);
  }

  /** Breaks it. */
  abstract void apply(List<HistoryEvent> events, Random random);

  private static <T extends HistoryEvent> T pick(
      List<HistoryEvent> events, Random random, Class<T> type, Predicate<T> wanted) {
    List<T> all = events.stream().filter(type::isInstance).map(type::cast).filter(wanted).toList();
    return all.get(random.nextInt(all.size()));
  }

  private static HistoryEvent.Polled finalRead(List<HistoryEvent> events, Random random) {
    return pick(
        events,
        random,
        HistoryEvent.Polled.class,
        polled -> polled.reader().equals(HistoryEvent.FINAL_READER) && !polled.records().isEmpty());
  }

  /** Changes what the final reader read, at a value that was acknowledged. */
  private static void changeFinal(
      List<HistoryEvent> events, Random random, Change<ReadRecord> change) {
    HistoryEvent.Acked acked = pick(events, random, HistoryEvent.Acked.class, each -> true);
    HistoryEvent.Polled polled =
        pick(
            events,
            random,
            HistoryEvent.Polled.class,
            each ->
                each.reader().equals(HistoryEvent.FINAL_READER)
                    && each.partition() == acked.partition());
    List<ReadRecord> records = new ArrayList<>(polled.records());
    change.apply(records, (int) acked.offset());
    events.set(
        events.indexOf(polled),
        new HistoryEvent.Polled(polled.atUs(), polled.reader(), polled.partition(), records));
  }

  private static void changeReplica(
      List<HistoryEvent> events, Random random, Change<ReplicaBatch> change) {
    HistoryEvent.Replica replica = pick(events, random, HistoryEvent.Replica.class, each -> true);
    List<ReplicaBatch> batches = new ArrayList<>(replica.batches());
    change.apply(batches, random.nextInt(batches.size()));
    int index = Collections.indexOfSubList(events, List.of(replica));
    events.set(
        index,
        new HistoryEvent.Replica(
            replica.atUs(), replica.node(), replica.partition(), replica.inSync(), batches));
  }

  private static HistoryEvent.Polled without(HistoryEvent.Polled polled, String lost) {
    List<ReadRecord> left = new ArrayList<>();
    boolean gone = false;
    for (ReadRecord record : polled.records()) {
      gone |= record.value().equals(lost);
      if (!record.value().equals(lost)) {
        left.add(new ReadRecord(record.offset() - (gone ? 1 : 0), record.value()));
      }
    }
    return new HistoryEvent.Polled(polled.atUs(), polled.reader(), polled.partition(), left);
  }
}
