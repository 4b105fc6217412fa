package io.millrace.checker;

import io.millrace.checker.HistoryEvent.ReadRecord;
import io.millrace.checker.HistoryEvent.ReplicaBatch;
import io.millrace.model.ErrorCode;
import io.millrace.model.StreamException;
import java.io.BufferedReader;
import java.io.IOException;
import java.util.function.Consumer;

/** Reads a history, in the form that {@link HistoryEvent} shows. */
public final class HistoryReader {
  private static final int BATCH_NUMBERS = 8;

  private HistoryReader() {}

  /**
   * Hands every event over, in the order of the file.
   *
   * @throws StreamException INVALID_REQUEST that names the line which is not one of a history
   */
  public static void read(BufferedReader lines, Consumer<HistoryEvent> sink) throws IOException {
    long number = 0;
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      number++;
      if (!line.isBlank()) {
        sink.accept(event(line, number));
      }
    }
  }

  private static HistoryEvent event(String line, long number) {
    try {
      return event(JsonLine.parse(line));
    } catch (IOException | IllegalArgumentException e) {
      throw new StreamException(
          ErrorCode.INVALID_REQUEST,
          "line " + number + " is not an event of a history: " + e.getMessage(),
          e);
    }
  }

  private static HistoryEvent event(JsonLine line) {
    long atUs = line.number("atUs");
    return switch (line.text("event")) {
      case "run" -> run(line, atUs);
      case "sent" ->
          new HistoryEvent.Sent(
              atUs,
              line.text("producer"),
              line.number("sequence"),
              line.text("value"),
              line.integer("partition"));
      case "acked" ->
          new HistoryEvent.Acked(
              atUs, line.text("value"), line.integer("partition"), line.number("offset"));
      case "failed" -> new HistoryEvent.Failed(atUs, line.text("value"), line.text("error"));
      case "unknown" -> new HistoryEvent.Unknown(atUs, line.text("value"), line.text("error"));
      case "note" -> new HistoryEvent.Note(atUs, line.text("text"));
      default -> seen(line, atUs);
    };
  }

  private static HistoryEvent run(JsonLine line, long atUs) {
    int version = line.integer("version");
    if (version != HistoryEvent.Run.VERSION) {
      throw new IllegalArgumentException(
          "version " + version + ", expected " + HistoryEvent.Run.VERSION);
    }
    return new HistoryEvent.Run(
        atUs, version, line.text("topic"), line.integer("partitions"), line.flag("idempotent"));
  }

  private static HistoryEvent seen(JsonLine line, long atUs) {
    int partition = line.integer("partition");
    return switch (line.text("event")) {
      case "began" ->
          new HistoryEvent.Began(
              atUs, line.text("reader"), line.text("group"), partition, line.number("offset"));
      case "polled" ->
          new HistoryEvent.Polled(
              atUs,
              line.text("reader"),
              partition,
              line.rows("records").stream()
                  .map(row -> new ReadRecord(row.number(0), row.text(1)))
                  .toList());
      case "gap" ->
          new HistoryEvent.Gap(
              atUs,
              line.text("reader"),
              partition,
              line.number("from"),
              line.number("to"),
              line.text("cause"));
      case "committed" ->
          new HistoryEvent.Committed(
              atUs, line.text("reader"), line.text("group"), partition, line.number("offset"));
      case "ended" ->
          new HistoryEvent.Ended(
              atUs, partition, line.number("startOffset"), line.number("endOffset"));
      case "replica" ->
          new HistoryEvent.Replica(
              atUs,
              line.text("node"),
              partition,
              line.flag("inSync"),
              line.rows("batches").stream().map(HistoryReader::batch).toList());
      default -> throw new IllegalArgumentException("an unknown event: " + line.text("event"));
    };
  }

  private static ReplicaBatch batch(JsonLine.Row row) {
    if (row.size() < BATCH_NUMBERS) {
      throw new IllegalArgumentException(
          "a batch of " + row.size() + " numbers, expected " + BATCH_NUMBERS);
    }
    return new ReplicaBatch(
        row.number(0),
        row.number(1),
        (int) row.number(2),
        row.number(3),
        (int) row.number(4),
        (int) row.number(5),
        (int) row.number(6),
        row.number(7));
  }
}
