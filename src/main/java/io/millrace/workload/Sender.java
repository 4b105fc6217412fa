package io.millrace.workload;

import io.millrace.checker.HistoryEvent;
import io.millrace.client.Producer;
import io.millrace.client.ProducerRecord;
import io.millrace.client.RecordMetadata;
import io.millrace.model.ErrorCode;
import io.millrace.model.StreamException;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One idempotent producer, which sends at a rate to each partition in turn. It does not catch up:
 * what could not be sent in time is left out.
 */
final class Sender {
  private static final int MAX_UNANSWERED = 20_000;
  private static final int MAX_BURST = 200;

  private final WorkloadPlan plan;
  private final String name;
  private final Journal journal;
  private final ValueText values;
  private final Progress progress;
  private final Producer producer;
  private long sequence;
  private int unanswered;
  private double due;

  Sender(Vertx vertx, WorkloadPlan plan, int number, Journal journal, Progress progress) {
    this.plan = plan;
    this.name = "p" + number;
    this.journal = journal;
    this.progress = progress;
    this.values = new ValueText(plan.valueSizeBytes());
    this.producer =
        Producer.create(
            vertx,
            plan.settings(
                plan.topic().value() + "-" + name,
                Map.of(
                    "acks", "all",
                    "enable.idempotence", "true",
                    "linger.ms", "5",
                    "request.timeout.ms", "10000",
                    "delivery.timeout.ms", "60000")));
  }

  /** Sends what is due after so much more time. */
  void tick(double seconds) {
    due = Math.min(MAX_BURST, due + seconds * plan.valuesPerSecond() / plan.producers());
    for (; due >= 1 && unanswered < MAX_UNANSWERED; due--) {
      send();
    }
  }

  private void send() {
    long number = sequence++;
    String value = name + "-" + number;
    int partition = (int) (number % plan.partitions());
    journal.add(atUs -> new HistoryEvent.Sent(atUs, name, number, value, partition));
    unanswered++;
    progress.onSent();
    producer.send(
        ProducerRecord.ofText(plan.topic().value(), name + "-" + partition, values.of(value))
            .withPartition(partition),
        (metadata, failure) -> onAnswer(value, metadata, failure));
  }

  private void onAnswer(
      String value, @Nullable RecordMetadata metadata, @Nullable Throwable failure) {
    unanswered--;
    if (metadata != null && failure == null) {
      progress.onAcked(metadata.partition(), metadata.offset());
      journal.add(
          atUs -> new HistoryEvent.Acked(atUs, value, metadata.partition(), metadata.offset()));
    } else if (failure instanceof StreamException known
        && known.code() != ErrorCode.UNKNOWN_OUTCOME) {
      progress.onFailed(known.code().name());
      journal.add(atUs -> new HistoryEvent.Failed(atUs, value, known.code().name()));
    } else {
      progress.onFailed(ErrorCode.UNKNOWN_OUTCOME.name());
      journal.add(atUs -> new HistoryEvent.Unknown(atUs, value, String.valueOf(failure)));
    }
  }

  /** Completes when everything is answered; it does not fail. */
  Future<Void> finish() {
    return producer.flush().eventually(producer::close).otherwiseEmpty();
  }
}
