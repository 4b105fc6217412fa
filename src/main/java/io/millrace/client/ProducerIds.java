package io.millrace.client;

import io.millrace.model.StreamException;
import io.millrace.protocol.stream.message.InitProducer;
import io.millrace.protocol.stream.message.ProducerInitialized;
import org.apache.avro.specific.SpecificRecord;
import org.jspecify.annotations.Nullable;

/**
 * The identity that partitions begin to number their batches under; a broken one is replaced for
 * those that ask afterwards.
 *
 * <p>Threading: the loop.
 */
final class ProducerIds {
  private final Connection connection;
  private final int requestTimeoutMs;
  private final Backoff backoff;
  private final Loop loop;
  private final Runnable onIdentity;

  private @Nullable ProducerIdentity current;
  private boolean asking;
  private int failures;

  /**
   * @param onIdentity called when there is one that was asked for
   */
  ProducerIds(
      Connection connection,
      int requestTimeoutMs,
      Backoff backoff,
      Loop loop,
      Runnable onIdentity) {
    this.connection = connection;
    this.requestTimeoutMs = requestTimeoutMs;
    this.backoff = backoff;
    this.loop = loop;
    this.onIdentity = onIdentity;
  }

  /** The identity; null if it has to be asked for first. */
  @Nullable ProducerIdentity identity() {
    if (current == null && !asking) {
      ask();
    }
    return current;
  }

  void retire(ProducerIdentity broken) {
    if (broken.equals(current)) {
      current = null;
    }
  }

  private void ask() {
    asking = true;
    connection.request(
        InitProducer::new,
        requestTimeoutMs,
        new PendingRequests.Reply() {
          @Override
          public void onAnswer(SpecificRecord answer) {
            if (answer instanceof ProducerInitialized initialized) {
              asking = false;
              failures = 0;
              current =
                  new ProducerIdentity(
                      initialized.getProducerId(), (short) initialized.getProducerEpoch());
              onIdentity.run();
            } else {
              onFailure(Failures.unexpected(answer));
            }
          }

          @Override
          public void onFailure(StreamException failure) {
            failures++;
            loop.schedule(backoff.delayMs(failures), () -> askAgain());
          }
        });
  }

  private void askAgain() {
    if (asking) {
      ask();
    }
  }

  /** Asks no more. */
  void close() {
    asking = false;
  }
}
