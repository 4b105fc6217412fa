package io.millrace.client;

import io.millrace.model.StreamException;
import io.millrace.model.TopicPartition;
import io.millrace.protocol.stream.message.Position;
import io.vertx.core.Handler;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hands what was received to the application's handlers, in order and as fast as it asks for it.
 * Records wait here for demand; what is told between them waits for the records before it only.
 *
 * <p>Threading: the loop.
 */
final class ConsumerDelivery implements ConsumerSink {
  private static final Logger LOG = LoggerFactory.getLogger(ConsumerDelivery.class);

  /** So much is handed over at once before others on the loop have their turn. */
  private static final long TURN_BYTES = 1 << 20;

  private final Loop loop;
  private final ArrayDeque<ConsumerEvent> queue = new ArrayDeque<>();
  private final ConsumerPositions delivered = new ConsumerPositions();
  private @Nullable Iterator<ConsumerRecord> records; // Of the chunk at the head of the queue.
  private long demand = Long.MAX_VALUE;
  private boolean delivering;
  private boolean turnScheduled;
  private @Nullable ConsumerStream stream;

  private @Nullable Handler<ConsumerRecord> onRecord;
  private @Nullable Handler<RecordChunk> onChunk;
  private @Nullable Handler<ConsumerGap> onGap;
  private @Nullable Handler<ConsumerCaughtUp> onCaughtUp;
  private @Nullable Handler<Void> onEnd;
  private @Nullable Handler<Throwable> onException;

  ConsumerDelivery(Loop loop) {
    this.loop = loop;
  }

  void feedFrom(ConsumerStream source) {
    stream = source;
  }

  void onRecord(@Nullable Handler<ConsumerRecord> handler) {
    onRecord = handler;
    proceed();
  }

  void onChunk(@Nullable Handler<RecordChunk> handler) {
    onChunk = handler;
    proceed();
  }

  void onGap(@Nullable Handler<ConsumerGap> handler) {
    onGap = handler;
  }

  void onCaughtUp(@Nullable Handler<ConsumerCaughtUp> handler) {
    onCaughtUp = handler;
  }

  void onEnd(@Nullable Handler<Void> handler) {
    onEnd = handler;
  }

  void onException(@Nullable Handler<Throwable> handler) {
    onException = handler;
  }

  void pause() {
    demand = 0;
  }

  void fetch(long amount) {
    demand = demand + amount < 0 && amount > 0 && demand > 0 ? Long.MAX_VALUE : demand + amount;
    proceed();
  }

  void resume() {
    demand = Long.MAX_VALUE;
    proceed();
  }

  /** Delivers what may be delivered, and asks for as much as is wanted. */
  private void proceed() {
    if (delivering) {
      return;
    }
    delivering = true;
    try {
      deliver();
    } finally {
      delivering = false;
    }
    if (stream != null) {
      stream.topUp();
    }
  }

  private void deliver() {
    long leftBytes = TURN_BYTES;
    for (ConsumerEvent event = queue.peek(); event != null; event = queue.peek()) {
      if (event instanceof RecordChunk chunk) {
        if (leftBytes <= 0) {
          scheduleTurn();
          return;
        }
        if (!deliver(chunk)) {
          return;
        }
        leftBytes -= chunk.sizeBytes();
      } else {
        queue.poll();
        tell(event);
      }
    }
  }

  private void scheduleTurn() {
    if (!turnScheduled) {
      turnScheduled = true;
      loop.execute(
          () -> {
            turnScheduled = false;
            proceed();
          });
    }
  }

  /** Whether the chunk is done. */
  private boolean deliver(RecordChunk chunk) {
    Handler<RecordChunk> chunkHandler = onChunk;
    if (chunkHandler != null && records == null) {
      if (demand <= 0) {
        return false;
      }
      take(chunk.recordCountBound());
      finish(chunk);
      call(chunkHandler, chunk);
      return true;
    }
    return deliverRecords(chunk);
  }

  private boolean deliverRecords(RecordChunk chunk) {
    try {
      Iterator<ConsumerRecord> iterator = records == null ? chunk.iterator() : records;
      records = iterator;
      while (onRecord != null && demand > 0 && records == iterator) {
        if (!iterator.hasNext()) {
          finish(chunk);
          return true;
        }
        ConsumerRecord record = iterator.next();
        take(1);
        delivered.set(chunk, record.offset() + 1);
        call(onRecord, record);
      }
    } catch (StreamException e) {
      onFailure(e);
      finish(chunk);
      onEvent(new StreamEnd("a chunk cannot be read: " + chunk));
      return true;
    }
    // If the handler sought elsewhere, another chunk may be at the head already.
    return queue.peek() != chunk;
  }

  private void take(long count) {
    if (demand != Long.MAX_VALUE) {
      demand -= count;
    }
  }

  private void finish(RecordChunk chunk) {
    records = null;
    queue.remove(chunk);
    delivered.set(chunk, chunk.nextOffset());
    if (stream != null) {
      stream.onGone(chunk);
    }
  }

  private void tell(ConsumerEvent event) {
    if (event instanceof ConsumerGap gap) {
      delivered.skip(gap);
      LOG.debug(
          "Offsets {} to before {} of {}-{} are left out: {}",
          gap.fromOffset(),
          gap.toOffset(),
          gap.topic(),
          gap.partition(),
          gap.cause());
      call(onGap, gap);
    } else if (event instanceof ConsumerCaughtUp caughtUp) {
      call(onCaughtUp, caughtUp);
    } else if (event instanceof StreamEnd) {
      call(onEnd, null);
    }
  }

  private <T> void call(@Nullable Handler<T> handler, @Nullable T value) {
    if (handler == null) {
      return;
    }
    try {
      handler.handle(value);
    } catch (RuntimeException e) {
      // The application's handler failed; the record was delivered all the same.
      loop.report(e);
    }
  }

  @Override
  public void onEvent(ConsumerEvent event) {
    queue.add(event);
    proceed();
  }

  @Override
  public void onPosition(Position position) {
    delivered.set(position);
  }

  @Override
  public void onFailure(StreamException failure) {
    if (onException == null) {
      LOG.warn("A subscription met an error: {}", failure.getMessage());
    } else {
      call(onException, failure);
    }
  }

  @Override
  public void drop(Predicate<TopicPartition> partitions) {
    ConsumerEvent head = queue.peek();
    for (Iterator<ConsumerEvent> each = queue.iterator(); each.hasNext(); ) {
      ConsumerEvent event = each.next();
      if (event instanceof RecordChunk chunk
          && partitions.test(ConsumerPositions.keyOf(chunk.topic(), chunk.partition()))) {
        each.remove();
        records = chunk == head ? null : records;
        if (stream != null) {
          stream.onGone(chunk);
        }
      } else if (event instanceof ConsumerGap gap
          && partitions.test(ConsumerPositions.keyOf(gap.topic(), gap.partition()))) {
        each.remove();
      } else if (event instanceof ConsumerCaughtUp) {
        each.remove();
      }
    }
  }

  /** Forgets where it was. */
  void forgetPositions() {
    delivered.setAll(new ConsumerPositions());
  }

  @Override
  public ConsumerPositions delivered() {
    return delivered;
  }

  @Override
  public long demand() {
    return onRecord == null && onChunk == null ? 0 : Math.max(0, demand);
  }
}
