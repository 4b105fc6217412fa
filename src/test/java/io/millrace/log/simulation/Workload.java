package io.millrace.log.simulation;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** What a broker does with its data directory in the course of a life. */
final class Workload {
  private static final long[] PRODUCERS = {100, 200};

  private Workload() {}

  /** Every kind of step, in an order that makes them meet. */
  static void script(World world) throws IOException {
    world.open();
    world.start();
    PartitionPromise async = world.create("flights", 0, 1);
    PartitionPromise ack = world.create("orders", 0, 2);
    for (int i = 0; i < 7; i++) {
      append(world, async, i);
      append(world, ack, i);
      world.flush(ack);
    }
    world.flush(async);
    world.checkpoint();
    append(world, async, 1);
    append(world, async, 2);
    world.truncate(async, 4);
    append(world, async, 3);
    append(world, ack, 0);
    world.flush(async);
    append(world, async, 4);
    PartitionPromise burst = world.create("burst", 0, 6);
    for (int i = 0; i < 12; i++) {
      append(world, burst, i);
    }
    world.flush(burst);
    PartitionPromise again = deleteAndCreateAgain(world);
    deleteWhatIsNotDurable(world);
    follow(world);
    world.deleteRecords(async, async.content.get(4).offset() + 1);
    for (int i = 0; i < 8; i++) {
      append(world, async, i);
      world.flush(async);
    }
    world.retain(async, false);
    append(world, again, 1);
    world.flush(again);
    world.truncate(async, 7);
    append(world, async, 2);
    world.flush(async);
    for (int i = 0; i < 9; i++) {
      append(world, async, i); // Two segments are closed, none of them synced, when it truncates.
    }
    world.truncate(async, 1);
    append(world, async, 1);
    world.flush(async);
    world.checkpoint(); // From here on nobody looks at the closed segments' batches any more.
    for (int i = 0; i < 16; i++) {
      append(world, async, i);
    }
    world.flush(async);
    world.retain(async, false);
    world.age();
    world.retain(async, false);
    world.flush(async);
    world.retain(async, false);
    append(world, async, 0);
    world.flush(async);
    world.checkpoint();
    world.stop();
    world.deleteIndexes(burst);
    world.startAgain();
    append(world, burst, 0);
    world.flush(burst);
  }

  /** A log start offset that outlives the records around it. */
  private static void deleteWhatIsNotDurable(World world) throws IOException {
    PartitionPromise ahead = world.create("ahead", 0, 5);
    append(world, ahead, 0);
    world.flush(ahead);
    append(world, ahead, 1);
    append(world, ahead, 2);
    world.deleteRecords(ahead, ahead.writtenEnd);
  }

  /** A follower that its leader leaves behind, with several segments and an epoch of its own. */
  private static void follow(World world) throws IOException {
    PartitionPromise behind = world.create("behind", 0, 7);
    for (int i = 0; i < 10; i++) {
      world.replicate(behind, PRODUCERS[i % PRODUCERS.length], 2);
    }
    world.flush(behind);
    for (int i = 0; i < 9; i++) {
      world.replicate(behind, PRODUCERS[i % PRODUCERS.length], 1);
    }
    world.startOver(behind, behind.writtenEnd + 100);
    world.replicate(behind, PRODUCERS[0], 2);
    world.flush(behind);
    world.replicate(behind, PRODUCERS[0], 1);
    world.truncate(behind, 1);
    world.replicate(behind, PRODUCERS[1], 1);
    world.flush(behind);
  }

  private static PartitionPromise deleteAndCreateAgain(World world) throws IOException {
    PartitionPromise first = world.create("again", 0, 3);
    append(world, first, 0);
    append(world, first, 1);
    world.flush(first);
    world.delete(first);
    PartitionPromise second = world.create("again", 0, 4);
    append(world, second, 0);
    world.flush(second);
    world.removeDeleted();
    return second;
  }

  /** So many steps at random, on whatever partitions there are. */
  static void random(World world, long seed, int steps) throws IOException {
    SplittableRandom random = new SplittableRandom(seed);
    world.start();
    for (int i = 0; i < steps; i++) {
      List<PartitionPromise> partitions = new ArrayList<>(world.promises.partitions.values());
      partitions.removeIf(promise -> promise.log == null);
      if (partitions.isEmpty()) {
        world.create("random", 0, random.nextLong());
        continue;
      }
      step(world, partitions.get(random.nextInt(partitions.size())), random);
    }
    if (random.nextInt(3) == 0) {
      world.stop();
    }
  }

  private static void step(World world, PartitionPromise promise, SplittableRandom random)
      throws IOException {
    switch (random.nextInt(15)) {
      case 0 -> world.checkpoint();
      case 1 -> world.truncate(promise, 1 + random.nextInt(6));
      case 2 -> world.retain(promise, random.nextBoolean());
      case 3 -> {
        long start = promise.log.startOffset();
        long end = promise.log.endOffset();
        world.deleteRecords(promise, start + random.nextLong(end - start + 1));
      }
      case 4, 5, 6 -> world.flush(promise);
      case 7 -> world.startOver(promise, promise.log.endOffset() + 1 + random.nextInt(100));
      case 8, 9 ->
          world.replicate(promise, PRODUCERS[random.nextInt(2)] + 2_000, 1 + random.nextInt(3));
      default -> append(world, promise, random.nextInt(6));
    }
  }

  private static void append(World world, PartitionPromise promise, int i) {
    world.append(promise, PRODUCERS[i % PRODUCERS.length], 1 + i % 3);
  }
}
