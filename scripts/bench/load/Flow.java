import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * Records at a rate, read by groups of one member each. A record carries the time at which it was
 * due, so that a producer that is held up counts ("coordinated omission"); the first three seconds
 * do not count. Prints "RESULT in MB/s, out MB/s, p50 p99 p99.9 ms, complete/groups, errors".
 */
final class Flow {
  private static final int WARM_UP_SECONDS = 3;
  private static final long READY_SECONDS = 90;
  private static final long DRAIN_NANOS = 20_000_000_000L;

  private final String bootstrap;
  private final String topic;
  private final int groups;
  private final int rate;
  private final int total;
  private final int size;
  private final int uncounted;
  private final String run = Long.toHexString(System.nanoTime());
  private final CountDownLatch ready;
  private final AtomicLong complete = new AtomicLong();
  private final AtomicLong received = new AtomicLong();
  private final AtomicLong errors = new AtomicLong();
  private final AtomicLong lastReceipt = new AtomicLong(Long.MIN_VALUE);
  private volatile boolean stopped;

  Flow(String bootstrap, String topic, int groups, int rate, int seconds, int size) {
    this.bootstrap = bootstrap;
    this.topic = topic;
    this.groups = groups;
    this.rate = rate;
    this.total = rate * seconds;
    this.size = size;
    this.uncounted = Math.min(rate * WARM_UP_SECONDS, total / 3);
    this.ready = new CountDownLatch(groups);
  }

  void run() throws Exception {
    List<Latencies> latencies = new ArrayList<>();
    List<Thread> readers = new ArrayList<>();
    for (int i = 0; i < groups; i++) {
      Latencies mine = new Latencies();
      String group = "flow-" + run + "-" + i;
      latencies.add(mine);
      readers.add(new Thread(() -> read(group, mine), group));
    }
    readers.forEach(Thread::start);
    if (!ready.await(READY_SECONDS, TimeUnit.SECONDS)) {
      System.err.println(ready.getCount() + " groups got no partition");
    }
    long begun = System.nanoTime();
    write(begun);
    long written = System.nanoTime();
    while (complete.get() < groups && System.nanoTime() - written < DRAIN_NANOS) {
      LockSupport.parkNanos(5_000_000);
    }
    stopped = true;
    for (Thread reader : readers) {
      reader.join();
    }
    Latencies all = new Latencies();
    latencies.forEach(all::addAll);
    double megabytes = size / 1e6;
    System.out.printf(
        Locale.ROOT,
        "RESULT %.2f %.2f %s %d/%d %d%n",
        total * megabytes / ((written - begun) / 1e9),
        received.get() * megabytes / ((Math.max(lastReceipt.get(), written) - begun) / 1e9),
        all.percentiles(),
        complete.get(),
        groups,
        errors.get());
  }

  private void read(String group, Latencies latencies) {
    boolean counted = false;
    long mine = 0;
    try (KafkaConsumer<byte[], byte[]> consumer = Load.consumer(bootstrap, group)) {
      consumer.subscribe(List.of(topic));
      while (!stopped && mine < total) {
        ConsumerRecords<byte[], byte[]> records = consumer.poll(Duration.ofMillis(200));
        if (!counted && !consumer.assignment().isEmpty()) {
          consumer.assignment().forEach(consumer::position);
          counted = true;
          ready.countDown();
        }
        long now = System.nanoTime();
        for (ConsumerRecord<byte[], byte[]> record : records) {
          ByteBuffer value = ByteBuffer.wrap(record.value());
          long due = value.getLong();
          mine++;
          if (value.getInt() >= uncounted) {
            latencies.add(now - due);
          }
        }
        received.addAndGet(records.count());
      }
    }
    if (mine >= total) {
      complete.incrementAndGet();
      lastReceipt.accumulateAndGet(System.nanoTime(), Math::max);
    }
  }

  private void write(long begun) {
    byte[] padding = new byte[size];
    try (KafkaProducer<byte[], byte[]> producer = Load.producer(bootstrap, 5)) {
      for (int i = 0; i < total; i++) {
        long due = begun + (long) (i * (1e9 / rate));
        // It sleeps rather than spins: the broker needs that processor.
        for (long left = due - System.nanoTime(); left > 0; left = due - System.nanoTime()) {
          LockSupport.parkNanos(Math.max(left, 500_000));
        }
        byte[] value = padding.clone();
        ByteBuffer.wrap(value).putLong(due).putInt(i);
        producer.send(
            new ProducerRecord<>(topic, value),
            (metadata, failure) -> {
              if (failure != null) {
                errors.incrementAndGet();
              }
            });
      }
    }
  }
}
