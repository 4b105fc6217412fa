package io.millrace.workload;

import io.millrace.checker.HistoryEvent;
import io.millrace.checker.HistoryEvent.ReadRecord;
import io.millrace.checker.HistoryWriter;
import io.millrace.client.ConsumerGap;
import io.millrace.client.ConsumerRecord;
import io.millrace.client.RecordChunk;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongFunction;
import java.util.function.LongSupplier;

/** Writes down what clients do and see, with the time. */
final class Journal {
  private final HistoryWriter writer;
  private final LongSupplier nanoTime;
  private final long startNanos;
  private final ValueText values;

  Journal(HistoryWriter writer, LongSupplier nanoTime, ValueText values) {
    this.writer = writer;
    this.nanoTime = nanoTime;
    this.startNanos = nanoTime.getAsLong();
    this.values = values;
  }

  /** Adds what is made of the time in microseconds. */
  void add(LongFunction<HistoryEvent> event) {
    try {
      writer.write(event.apply((nanoTime.getAsLong() - startNanos) / 1_000));
    } catch (IOException e) {
      throw new UncheckedIOException("the history cannot be written: " + e.getMessage(), e);
    }
  }

  void note(String text) {
    add(atUs -> new HistoryEvent.Note(atUs, text));
  }

  /** How many records that were. */
  int polled(String reader, RecordChunk chunk) {
    List<ReadRecord> records = new ArrayList<>();
    for (ConsumerRecord record : chunk) {
      records.add(new ReadRecord(record.offset(), values.parse(record.valueText())));
    }
    add(atUs -> new HistoryEvent.Polled(atUs, reader, chunk.partition(), records));
    return records.size();
  }

  void gap(String reader, ConsumerGap gap) {
    add(
        atUs ->
            new HistoryEvent.Gap(
                atUs, reader, gap.partition(), gap.fromOffset(), gap.toOffset(), gap.cause()));
  }

  /** What was written is in the file from now on. */
  void flush() {
    try {
      writer.flush();
    } catch (IOException e) {
      throw new UncheckedIOException("the history cannot be written: " + e.getMessage(), e);
    }
  }
}
