import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * A member on the stream protocol, whatever carries it. It acknowledges by commit what it has said that it read, gives back the credit, and
 * releases what it is asked for. When its connection ends it works on nothing any more; it connects again as the same member.
 *
 * <p>Threading: the subclass calls one at a time.
 */
abstract class StreamMember {
  static final int WINDOW_RECORDS = 500;
  static final int WINDOW_BYTES = 1 << 20;
  private static final long RETRY_MS = 200;

  final String topic;
  final String group;
  final String name;
  String memberId;
  int epoch;
  private final Map<Integer, Long> positions = new TreeMap<>();
  private final Map<Integer, Long> uncommitted = new HashMap<>();
  private Map<Integer, Long> committing;
  private final CountDownLatch leaving = new CountDownLatch(1);
  private boolean subscribed;

  StreamMember(String topic, String group, String name) {
    this.topic = topic;
    this.group = group;
    this.name = name;
    this.memberId = name;
  }

  /** Connects, and comes back when the connection has ended. */
  abstract void converse() throws IOException, InterruptedException;

  abstract void sendCredit(long records, long bytes) throws IOException;

  abstract void sendCommit(Map<Integer, Long> offsets) throws IOException;

  abstract void sendReleased() throws IOException;

  abstract void sendUnsubscribe() throws IOException;

  final void run() throws InterruptedException {
    Thread input = new Thread(this::leaveAtEndOfInput);
    input.setDaemon(true);
    input.start();
    do {
      try {
        converse();
      } catch (IOException e) {
        Says.remark(e.toString());
      }
      letGoOfAll();
    } while (!leaving.await(RETRY_MS, TimeUnit.MILLISECONDS));
    // Without a connection there is nobody to take leave of.
    Runtime.getRuntime().halt(0);
  }

  private void leaveAtEndOfInput() {
    try {
      while (System.in.read() >= 0) {
        // Nothing is told this way but the end.
      }
      synchronized (this) {
        leaving.countDown();
        if (subscribed) {
          takeLeave();
        }
      }
    } catch (IOException e) {
      Says.remark(e.toString());
    }
  }

  /** The subclass has subscribed, over a connection that is new; it holds the monitor. */
  final void onSubscribed() throws IOException {
    subscribed = true;
    if (leaving.getCount() == 0) {
      takeLeave();
    }
  }

  /** Others may have its partitions before the answer comes: what comes from here on is dropped. */
  private void takeLeave() throws IOException {
    letGoOfAll();
    sendUnsubscribe();
  }

  private synchronized void letGoOfAll() {
    subscribed = false;
    Says.revoked(positions.keySet());
    positions.clear();
    uncommitted.clear();
    committing = null;
  }

  final synchronized void onAssigned(String member, int memberEpoch, Map<Integer, Long> begins) {
    if (!subscribed) {
      return;
    }
    memberId = member;
    epoch = memberEpoch;
    positions.putAll(begins);
    Says.assigned(epoch, begins.keySet());
  }

  final synchronized void onRecords(int partition, long firstOffset, long nextOffset, long creditRecords, long creditBytes)
      throws IOException {
    if (!subscribed) {
      return;
    }
    if (nextOffset > firstOffset) {
      Says.read(partition, firstOffset, nextOffset - 1);
      positions.put(partition, nextOffset);
      uncommitted.put(partition, nextOffset);
      commit();
    }
    sendCredit(creditRecords, creditBytes);
  }

  private void commit() throws IOException {
    if (committing == null && !uncommitted.isEmpty()) {
      committing = Map.copyOf(uncommitted);
      uncommitted.clear();
      sendCommit(committing);
    }
  }

  final synchronized void onCommitted(Map<Integer, Long> offsets) throws IOException {
    Says.committed(offsets);
    committing = null;
    commit();
  }

  final synchronized void onCommitFailed(String why) throws IOException {
    Says.remark("commit: " + why);
    committing = null;
    commit();
  }

  final synchronized void onRevoked(Set<Integer> partitions, boolean lost) throws IOException {
    if (!subscribed) {
      return;
    }
    Map<Integer, Long> last = new HashMap<>(uncommitted);
    last.keySet().retainAll(partitions);
    positions.keySet().removeAll(partitions);
    uncommitted.keySet().removeAll(partitions);
    if (lost) {
      Says.lost(partitions);
      return;
    }
    Says.revoked(partitions);
    if (!last.isEmpty()) {
      sendCommit(last);
    }
    sendReleased();
  }

  final void onError(String error, boolean retriable) {
    Says.remark(error);
    if (!retriable) {
      epoch = 0;
    }
  }

  final synchronized void onUnsubscribed() {
    letGoOfAll();
    Runtime.getRuntime().halt(0);
  }
}
