package io.millrace.endpoint;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Writes a message many times, in a thread of its own, as fast as the socket takes it. */
public final class Flood {
  private static final int MESSAGES_PER_WRITE = 50;
  private static final int LOOKS = 300;

  private final AtomicInteger written = new AtomicInteger();
  private final FutureTask<Void> writing;

  /** What shows that the server still does its work. */
  public interface RoundTrip {
    void make() throws IOException;
  }

  /**
   * @param count a multiple of 50
   */
  public Flood(OutputStream out, byte[] message, int count) {
    ByteArrayOutputStream chunk = new ByteArrayOutputStream();
    for (int i = 0; i < MESSAGES_PER_WRITE; i++) {
      chunk.writeBytes(message);
    }
    byte[] bytes = chunk.toByteArray();
    writing =
        new FutureTask<>(
            () -> {
              while (written.get() < count) {
                out.write(bytes);
                written.addAndGet(MESSAGES_PER_WRITE);
              }
              return null;
            });
    Thread thread = new Thread(writing, "flood");
    thread.setDaemon(true);
    thread.start();
  }

  /**
   * Waits until the server takes no more, or all is written: nothing more goes out while another
   * client is answered many times.
   *
   * @return how many messages are written
   */
  public int awaitStall(RoundTrip other) throws IOException {
    int before = -1;
    for (int looks = 0; looks < LOOKS && !writing.isDone(); looks++) {
      other.make();
      int now = written.get();
      if (now != before || now == 0) {
        looks = 0;
      }
      before = now;
    }
    return written.get();
  }

  /** Waits until everything is written. */
  public void join() {
    try {
      writing.get(60, TimeUnit.SECONDS);
    } catch (Exception e) {
      throw new AssertionError("after " + written + " messages", e);
    }
  }
}
