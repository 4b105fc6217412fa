package io.millrace.cluster;

import io.millrace.bus.Address;
import io.millrace.bus.Addresses;
import io.millrace.bus.FetchReply;
import io.millrace.bus.LoopMail;
import io.millrace.bus.Sender;
import io.millrace.bus.ShardReply;
import io.millrace.bus.ShardRequest;
import io.millrace.model.ErrorCode;
import io.millrace.model.NodeId;
import io.millrace.record.BufferSlice;
import io.millrace.record.CompressionType;
import io.millrace.record.RecordBatchBuilder;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Questions and answers with records between the buses of two processes. No test: run {@code server
 * PORT} in one and {@code client PORT} in the other, {@code tls} behind it for mutual TLS.
 */
final class BusBenchmark {
  private static final int SECONDS = 5;
  private static final int LOOP = 90;

  private BusBenchmark() {}

  public static void main(String[] args) throws Exception {
    boolean server = args[0].equals("server");
    HostPort seed = new HostPort("127.0.0.1", Integer.parseInt(args[1]));
    Map<String, String> more = new HashMap<>();
    if (args.length > 2) {
      more.putAll(BusNode.tls(server ? "1" : "2"));
    }
    if (server) {
      more.put("cluster.port", args[1]);
    }
    long begun = System.nanoTime();
    BusNode node = new BusNode(server ? 1 : 2, System.currentTimeMillis(), List.of(seed), more);
    System.out.printf("started in %d ms%n", (System.nanoTime() - begun) / 1_000_000);
    if (server) {
      node.bus().consume(Addresses.shards(new NodeId(1)), request -> answer(node, request));
      new CountDownLatch(1).await();
    }
    BusNode.until(() -> node.node().routes().hasRoute("1"));
    for (int size : new int[] {100, 16_384, 131_072}) {
      for (int depth : new int[] {1, 4}) {
        run(node, size, depth);
      }
    }
    System.exit(0);
  }

  private static final Map<Integer, ByteBuffer> BATCHES = new ConcurrentHashMap<>();

  private static ByteBuffer batch(int size) {
    RecordBatchBuilder builder = new RecordBatchBuilder(CompressionType.NONE, 256);
    builder.append(System.currentTimeMillis(), (byte[]) null, new byte[size], List.of());
    return builder.build();
  }

  private static void answer(BusNode node, ShardRequest request) {
    ShardRequest.Read read = (ShardRequest.Read) request;
    ByteBuffer bytes = BATCHES.computeIfAbsent(read.maxBytes(), BusBenchmark::batch).duplicate();
    FetchReply.Result result =
        new FetchReply.Result(ErrorCode.NONE, "", Optional.of(BufferSlice.of(bytes)), 1, 0, 1);
    node.bus()
        .sender(read.replyTo())
        .send(
            new LoopMail(
                List.of(new ShardReply.ReadDone(read.correlationId(), List.of(result), false))));
  }

  private static double cpuSeconds() {
    return ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
            .getProcessCpuTime()
        / 1e9;
  }

  private static void run(BusNode node, int size, int depth) throws Exception {
    Address<LoopMail> mine = Addresses.nodeLoop("2", LOOP);
    Sender<ShardRequest> sender = node.bus().sender(Addresses.shards(new NodeId(1)));
    AtomicLong bytes = new AtomicLong();
    AtomicLong count = new AtomicLong();
    CountDownLatch done = new CountDownLatch(depth);
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
    Runnable next =
        () ->
            sender.send(
                new ShardRequest.Read(
                    count.incrementAndGet(),
                    mine,
                    List.of(),
                    size,
                    ShardRequest.WaitFor.NOTHING,
                    0,
                    System.nanoTime() + TimeUnit.SECONDS.toNanos(30)));
    var registration =
        node.bus()
            .consume(
                mine,
                mail -> {
                  for (var reply : mail.replies()) {
                    ShardReply.ReadDone read = (ShardReply.ReadDone) reply;
                    bytes.addAndGet(read.sizeBytes());
                    read.discard();
                    if (System.nanoTime() < end) {
                      next.run();
                    } else {
                      done.countDown();
                    }
                  }
                });
    double cpu = cpuSeconds();
    for (int i = 0; i < depth; i++) {
      next.run();
    }
    done.await();
    registration.close();
    System.out.printf(
        "%7d B x%d: %7.0f/s %7.1f MB/s, round trip %4.0f us, client CPU %5.2f s/GB%n",
        size,
        depth,
        count.get() / (double) SECONDS,
        bytes.get() / 1e6 / SECONDS,
        depth * SECONDS * 1e6 / count.get(),
        (cpuSeconds() - cpu) / (bytes.get() / 1e9));
  }
}
