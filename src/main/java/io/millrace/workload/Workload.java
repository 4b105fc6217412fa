package io.millrace.workload;

import io.millrace.checker.HistoryEvent;
import io.millrace.checker.HistoryWriter;
import io.millrace.client.Admin;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.stream.IntStream;

/**
 * Sends and reads as a {@link WorkloadPlan} says, then waits for answers and readers, then reads
 * everything once more.
 *
 * <p>Threading: its methods are called on one event loop, which everything runs on.
 */
public final class Workload {
  private static final long TICK_MS = 10;
  private static final long FLUSH_MS = 100;
  private static final long COMMIT_MS = 500;
  private static final long CONNECT_MS = 20_000;

  private final Vertx vertx;
  private final WorkloadPlan plan;
  private final LongSupplier nanoTime;
  private final Journal journal;
  private final Progress progress = new Progress();
  private final List<Sender> senders = new ArrayList<>();
  private final List<Follower> followers = new ArrayList<>();
  private final List<Member> members = new ArrayList<>();
  private final List<Long> timers = new ArrayList<>();
  private final Promise<Void> enough = Promise.promise();
  private int membersMade;
  private long lastTickNanos;

  /**
   * @param history what is seen goes here; the caller closes it
   * @param nanoTime a monotonic clock
   */
  public Workload(Vertx vertx, WorkloadPlan plan, HistoryWriter history, LongSupplier nanoTime) {
    this.vertx = vertx;
    this.plan = plan;
    this.nanoTime = nanoTime;
    this.journal = new Journal(history, nanoTime, new ValueText(plan.valueSizeBytes()));
  }

  /** How far it is; to be looked at on the event loop. */
  public Progress progress() {
    return progress;
  }

  /**
   * Does it.
   *
   * @return completes when the history is complete; fails if no broker can be reached at the
   *     beginning or the topic cannot be created
   */
  public Future<Void> run() {
    journal.add(
        atUs ->
            new HistoryEvent.Run(
                atUs, HistoryEvent.Run.VERSION, plan.topic().value(), plan.partitions(), true));
    Admin admin = Admin.create(vertx, plan.settings(plan.topic().value() + "-admin", Map.of()));
    return admin
        .connected(CONNECT_MS)
        .compose(
            connected ->
                admin.createTopic(plan.topic(), plan.partitions(), plan.topicSettings(), false))
        .compose(created -> startReaders())
        .compose(started -> send())
        .compose(sent -> new WorkloadEnd(vertx, plan, journal, progress, admin).run(this))
        .onComplete(ended -> timers.forEach(vertx::cancelTimer))
        .eventually(admin::close);
  }

  private Future<Void> startReaders() {
    for (int i = 0; i < plan.members(); i++) {
      addMember();
    }
    for (int i = 0; i < plan.readers(); i++) {
      followers.add(new Follower(vertx, plan, "r" + i, journal, progress));
    }
    every(COMMIT_MS, () -> members.forEach(Member::commit));
    every(FLUSH_MS, journal::flush);
    return Future.all(followers.stream().map(Follower::start).toList()).mapEmpty();
  }

  private void addMember() {
    Member member = new Member(vertx, plan, membersMade++, journal, progress);
    members.add(member);
    member.start();
  }

  private void replaceMember() {
    Member oldest = members.remove(0);
    oldest.close().onComplete(left -> addMember());
  }

  private Future<Void> send() {
    IntStream.range(0, plan.producers())
        .forEach(i -> senders.add(new Sender(vertx, plan, i, journal, progress)));
    lastTickNanos = nanoTime.getAsLong();
    long ticking = every(TICK_MS, this::tick);
    long replacing =
        plan.memberLifeMs() > 0 && plan.members() > 0
            ? every(plan.memberLifeMs(), this::replaceMember)
            : ticking;
    timers.add(vertx.setTimer(plan.runMs(), id -> sendNoMore()));
    return enough
        .future()
        .onComplete(
            over -> {
              vertx.cancelTimer(ticking);
              vertx.cancelTimer(replacing);
            });
  }

  /** Ends the sending before its time; all else goes on as it would have then. */
  public void sendNoMore() {
    enough.tryComplete();
  }

  private void tick() {
    long now = nanoTime.getAsLong();
    double seconds = (double) (now - lastTickNanos) / TimeUnit.SECONDS.toNanos(1);
    lastTickNanos = now;
    senders.forEach(sender -> sender.tick(seconds));
  }

  private long every(long periodMs, Runnable task) {
    long timer = vertx.setPeriodic(periodMs, id -> task.run());
    timers.add(timer);
    return timer;
  }

  List<Sender> senders() {
    return senders;
  }

  List<Follower> followers() {
    return followers;
  }

  List<Member> members() {
    return members;
  }
}
