package io.millrace.checker;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.util.MinimalPrettyPrinter;
import io.millrace.checker.HistoryEvent.ReadRecord;
import io.millrace.checker.HistoryEvent.ReplicaBatch;
import java.io.Closeable;
import java.io.IOException;
import java.io.Writer;
import java.util.List;

/**
 * Writes a history, in the form that {@link HistoryEvent} shows.
 *
 * <p>Threading: any; events are written whole, in the order of the calls.
 */
public final class HistoryWriter implements Closeable {
  private final JsonGenerator json;

  /** Closing the history closes the writer. */
  public HistoryWriter(Writer writer) throws IOException {
    json = new JsonFactory().createGenerator(writer);
    json.setPrettyPrinter(new MinimalPrettyPrinter("\n"));
  }

  /** Adds a line. */
  public synchronized void write(HistoryEvent event) throws IOException {
    json.writeStartObject();
    json.writeStringField("event", HistoryNames.nameOf(event));
    json.writeNumberField("atUs", event.atUs());
    if (event instanceof HistoryEvent.Run run) {
      run(run);
    } else if (!producing(event) && !reading(event)) {
      rest(event);
    }
    json.writeEndObject();
  }

  private void run(HistoryEvent.Run run) throws IOException {
    json.writeNumberField("version", run.version());
    json.writeStringField("topic", run.topic());
    json.writeNumberField("partitions", run.partitions());
    json.writeBooleanField("idempotent", run.idempotent());
  }

  private boolean producing(HistoryEvent event) throws IOException {
    if (event instanceof HistoryEvent.Sent sent) {
      json.writeStringField("producer", sent.producer());
      json.writeNumberField("sequence", sent.sequence());
      json.writeStringField("value", sent.value());
      json.writeNumberField("partition", sent.partition());
    } else if (event instanceof HistoryEvent.Acked acked) {
      json.writeStringField("value", acked.value());
      json.writeNumberField("partition", acked.partition());
      json.writeNumberField("offset", acked.offset());
    } else if (event instanceof HistoryEvent.Failed failed) {
      json.writeStringField("value", failed.value());
      json.writeStringField("error", failed.error());
    } else if (event instanceof HistoryEvent.Unknown unknown) {
      json.writeStringField("value", unknown.value());
      json.writeStringField("error", unknown.error());
    } else {
      return false;
    }
    return true;
  }

  private boolean reading(HistoryEvent event) throws IOException {
    if (event instanceof HistoryEvent.Began began) {
      json.writeStringField("reader", began.reader());
      json.writeStringField("group", began.group());
      json.writeNumberField("partition", began.partition());
      json.writeNumberField("offset", began.offset());
    } else if (event instanceof HistoryEvent.Polled polled) {
      json.writeStringField("reader", polled.reader());
      json.writeNumberField("partition", polled.partition());
      records(polled.records());
    } else if (event instanceof HistoryEvent.Gap gap) {
      json.writeStringField("reader", gap.reader());
      json.writeNumberField("partition", gap.partition());
      json.writeNumberField("from", gap.fromOffset());
      json.writeNumberField("to", gap.toOffset());
      json.writeStringField("cause", gap.cause());
    } else if (event instanceof HistoryEvent.Committed committed) {
      json.writeStringField("reader", committed.reader());
      json.writeStringField("group", committed.group());
      json.writeNumberField("partition", committed.partition());
      json.writeNumberField("offset", committed.offset());
    } else {
      return false;
    }
    return true;
  }

  private void records(List<ReadRecord> records) throws IOException {
    json.writeArrayFieldStart("records");
    for (ReadRecord record : records) {
      json.writeStartArray();
      json.writeNumber(record.offset());
      json.writeString(record.value());
      json.writeEndArray();
    }
    json.writeEndArray();
  }

  private void rest(HistoryEvent event) throws IOException {
    if (event instanceof HistoryEvent.Ended ended) {
      json.writeNumberField("partition", ended.partition());
      json.writeNumberField("startOffset", ended.startOffset());
      json.writeNumberField("endOffset", ended.endOffset());
    } else if (event instanceof HistoryEvent.Replica replica) {
      json.writeStringField("node", replica.node());
      json.writeNumberField("partition", replica.partition());
      json.writeBooleanField("inSync", replica.inSync());
      json.writeArrayFieldStart("batches");
      for (ReplicaBatch batch : replica.batches()) {
        batch(batch);
      }
      json.writeEndArray();
    } else if (event instanceof HistoryEvent.Note note) {
      json.writeStringField("text", note.text());
    }
  }

  private void batch(ReplicaBatch batch) throws IOException {
    long[] numbers = {
      batch.baseOffset(),
      batch.lastOffset(),
      batch.leaderEpoch(),
      batch.producerId(),
      batch.producerEpoch(),
      batch.baseSequence(),
      batch.sizeBytes(),
      batch.crc()
    };
    json.writeArray(numbers, 0, numbers.length);
  }

  /** Writes out what is buffered. */
  public synchronized void flush() throws IOException {
    json.flush();
  }

  @Override
  public synchronized void close() throws IOException {
    json.writeRaw('\n');
    json.close();
  }
}
