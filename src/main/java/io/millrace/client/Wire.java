package io.millrace.client;

import java.nio.ByteBuffer;
import org.apache.avro.specific.SpecificRecord;

/**
 * An open transport to a broker that carries whole messages both ways, in order and without loss
 * until it closes; what was sent shortly before it closes may or may not have arrived.
 *
 * <p>Threading: the loop of the {@link Opener}, calls and events alike.
 */
interface Wire {
  /** Writes a message and sends everything that was written. */
  void send(SpecificRecord message);

  /**
   * Writes a produce message; {@link #flush()} sends it. The batch's remaining bytes are copied
   * before this returns, and its position stays.
   */
  void writeProduce(
      long requestId, String topic, int partition, int acks, int timeoutMs, ByteBuffer batch);

  /** Sends everything that was written. */
  void flush();

  /** False while the peer takes less than is written; {@link Events#onWritable()} ends that. */
  boolean isWritable();

  /** Closes; {@link Events#onClosed} follows unless it was told before. */
  void close();

  /** What happens on a wire. */
  interface Events {
    void onOpen(Wire wire);

    /** The message's {@code bytes} fields are valid during the call only. */
    void onMessage(SpecificRecord message);

    void onWritable();

    /**
     * It could not be opened, or is closed; nothing follows.
     *
     * @param reason for people
     */
    void onClosed(String reason);
  }

  /** Opens wires. */
  interface Opener {
    /** Returns at once; {@link Events#onOpen} or {@link Events#onClosed} follows later. */
    void open(BrokerAddress address, Events events);

    /** Lets go of everything; open wires are closed. */
    void close();
  }
}
