package io.millrace.metadata.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.metadata.Controller;
import io.millrace.metadata.ControllerDriver;
import io.millrace.metadata.LogMembers;
import io.millrace.metadata.MemberId;
import io.millrace.metadata.Membership;
import io.millrace.metadata.MetadataRecord.ControllerElected;
import io.millrace.metadata.MetadataState;
import io.millrace.metadata.Proposal;
import io.millrace.model.ErrorCode;
import io.millrace.model.NodeId;
import io.millrace.model.StreamException;
import io.millrace.model.TopicName;
import io.millrace.model.config.BrokerSettings;
import io.millrace.model.config.SettingValues;
import io.millrace.model.image.TopicImage;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

class FileMetadataLogTest {
  private static final String FIRST_LOG = FileNames.log(1);

  private final SimulatedDirectory directory = new SimulatedDirectory();
  private final Deque<Runnable> work = new ArrayDeque<>();
  private final List<MetadataState> states = new ArrayList<>();
  private final List<Throwable> failures = new ArrayList<>();
  private FileMetadataLog log;
  private ControllerDriver driver;

  @Test
  void shouldComeBackWithEverythingThatWasCommitted() throws IOException {
    // given
    start(directory, Map.of());
    create("a", 3);
    create("b", 1);
    await(log.close());

    // when
    start(directory.afterKill(), Map.of());

    // then
    assertThat(log.recovered().cluster().topics())
        .extracting(topic -> topic.name().value() + topic.partitions().size())
        .containsExactly("a3", "b1");
    assertThat(last().cluster().broker(new NodeId(0)).orElseThrow().incarnation()).isEqualTo(2);
    assertThat(last().controllerTerm()).isEqualTo(2);
  }

  @Test
  void shouldShareOneSyncAmongWhatArrivesTogether() throws IOException {
    // given
    start(directory, Map.of());
    int callsBefore = directory.calls();
    int statesBefore = states.size();

    // when
    List<CompletionStage<TopicImage>> created = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      created.add(ask("t" + i, 1));
    }
    runWork();

    // then
    assertThat(created).allSatisfy(stage -> assertThat(await(stage)).isNotNull());
    assertThat(directory.calls() - callsBefore).isEqualTo(4);
    assertThat(states.size() - statesBefore).isEqualTo(2);
    assertThat(last().cluster().topics()).hasSize(100);
  }

  @Test
  void shouldReplaceOldEntriesByASnapshot() throws IOException {
    // given
    start(directory, Map.of("metadata.snapshot.records", "10"));

    // when
    for (int i = 0; i < 100; i++) {
      create("t" + i, 1);
      if (i >= 10) {
        await(
            driver.execute(
                controller ->
                    controller.deleteTopic(new TopicName("t" + (youngest(states) - 10)))));
      }
    }
    MetadataState before = last();
    await(log.close());

    // then
    assertThat(FileNames.snapshots(directory.names())).hasSize(2);
    assertThat(FileNames.logs(directory.names())).hasSizeLessThanOrEqualTo(3);
    assertThat(directory.names().stream().mapToInt(directory::size).sum()).isLessThan(16_384);
    start(directory.afterKill(), Map.of());
    assertThat(log.recovered().cluster().changesSince(before.cluster()).isEmpty()).isTrue();
  }

  /** Number of the youngest topic. */
  private static int youngest(List<MetadataState> states) {
    return states.get(states.size() - 1).cluster().topics().stream()
        .mapToInt(topic -> Integer.parseInt(topic.name().value().substring(1)))
        .max()
        .orElseThrow();
  }

  @Test
  void shouldUseThePreviousSnapshotWhenTheNewestIsDamaged() throws IOException {
    // given
    start(directory, Map.of("metadata.snapshot.records", "5"));
    for (int i = 0; i < 20; i++) {
      create("t" + i, 1);
    }
    await(log.close());
    List<Long> snapshots = FileNames.snapshots(directory.names());
    directory.damage(FileNames.snapshot(snapshots.get(snapshots.size() - 1)), 40);

    // when
    start(directory.afterKill(), Map.of());

    // then
    assertThat(log.recovered().cluster().topics()).hasSize(20);
  }

  @Test
  void shouldRefuseToStartOnDamageInTheMiddleAndChangeNothing() throws IOException {
    // given
    start(directory, Map.of());
    create("a", 1);
    int middle = directory.size(FIRST_LOG);
    create("b", 1);
    create("c", 1);
    await(log.close());

    // then
    for (int position = FrameFile.HEADER_BYTES; position < middle; position++) {
      SimulatedDirectory damaged = directory.afterKill();
      damaged.damage(FIRST_LOG, position);
      int sizeBefore = damaged.size(FIRST_LOG);
      assertThatThrownBy(() -> open(damaged, Map.of()))
          .isInstanceOf(DamagedLogException.class)
          .hasMessageContaining(FIRST_LOG + " is damaged at byte ");
      assertThat(damaged.size(FIRST_LOG)).isEqualTo(sizeBefore);
      assertThat(damaged.calls()).isZero();
    }
  }

  @Test
  void shouldRefuseAFileThatIsMissing() throws IOException {
    // given
    start(directory, Map.of("metadata.snapshot.records", "5"));
    for (int i = 0; i < 20; i++) {
      create("t" + i, 1);
    }
    await(log.close());

    // then
    for (long log : FileNames.logs(directory.names())) {
      SimulatedDirectory partial = directory.afterKill();
      for (long snapshot : FileNames.snapshots(partial.names())) {
        partial.delete(FileNames.snapshot(snapshot));
      }
      partial.delete(FileNames.log(log));
      assertThatThrownBy(() -> open(partial, Map.of())).isInstanceOf(DamagedLogException.class);
    }
  }

  @Test
  void shouldCutATailThatWasNeverFinished() throws IOException {
    // given
    start(directory, Map.of());
    create("a", 1);
    directory.stopAtCall(directory.calls() + 1);
    CompletionStage<TopicImage> unfinished = ask("b", 1);
    runWork();

    // when
    start(directory.afterKill(), Map.of());

    // then
    assertThat(codeOf(unfinished)).isEqualTo(ErrorCode.STORAGE_ERROR);
    assertThat(last().cluster().topics()).hasSize(1);
    create("b", 1);
    assertThat(last().cluster().topics()).hasSize(2);
  }

  @Test
  void shouldEndAtAnErrorOfTheDiskAndSaySo() throws IOException {
    // given
    start(directory, Map.of());
    directory.stopAtCall(directory.calls() + 2);

    // when
    CompletionStage<TopicImage> first = ask("a", 1);
    CompletionStage<TopicImage> second = ask("b", 1);
    runWork();

    // then
    assertThat(codeOf(first)).isEqualTo(ErrorCode.STORAGE_ERROR);
    assertThat(codeOf(second)).isEqualTo(ErrorCode.STORAGE_ERROR);
    assertThat(failures).hasSize(1);
    assertThat(last().cluster().topics()).isEmpty();
    assertThat(codeOf(log.readBarrier())).isEqualTo(ErrorCode.STORAGE_ERROR);
  }

  @Test
  void shouldRefuseChangesWhileTheDiskIsFullAndGoOnAfterwards() throws IOException {
    // given
    start(directory, Map.of());
    create("a", 1);
    directory.setFreeBytes(20);

    // when
    CompletionStage<TopicImage> refused = ask("b", 1);
    runWork();

    // then
    assertThat(codeOf(refused)).isEqualTo(ErrorCode.DISK_FULL);
    assertThat(failures).isEmpty();
    directory.setFreeBytes(Long.MAX_VALUE);
    create("b", 1);
    await(log.close());
    start(directory.afterKill(), Map.of());
    assertThat(log.recovered().cluster().topics()).hasSize(2);
  }

  @Test
  void shouldNotStartOnAFullDiskAndSayWhy() throws IOException {
    // given
    start(directory, Map.of());
    await(log.close());
    SimulatedDirectory full = directory.afterKill();
    full.setFreeBytes(10);

    // when
    log = open(full, Map.of());
    CompletionStage<?> joined = join();
    runWork();

    // then
    assertThat(codeOf(joined)).isEqualTo(ErrorCode.DISK_FULL);
  }

  @Test
  void shouldKeepTheLogWhenThereIsNoSpaceForASnapshot() throws IOException {
    // given
    start(directory, Map.of("metadata.snapshot.records", "5"));
    for (int i = 0; i < 20; i++) {
      directory.setFreeBytes(i % 2 == 0 ? 400 : Long.MAX_VALUE);
      CompletionStage<TopicImage> created = ask("t" + i, 1);
      runWork();
      assertThat(await(created)).isNotNull();
    }

    // then
    assertThat(failures).isEmpty();
    start(directory.afterKill(), Map.of());
    assertThat(log.recovered().cluster().topics()).hasSize(20);
  }

  @Test
  void shouldRefuseMoreThanItsQueueTakes() throws IOException {
    // given
    start(directory, Map.of("metadata.pending.max", "3"));

    // when
    List<CompletionStage<?>> all = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      all.add(
          log.propose(
              new Proposal(last().controllerTerm(), 99, List.of(new ControllerElected(node())))));
    }

    // then
    assertThat(codeOf(all.get(5))).isEqualTo(ErrorCode.THROTTLED);
    runWork();
    assertThat(all.get(0).toCompletableFuture()).isCompleted();
  }

  @Test
  void shouldSayThatItHasOneVoterOnly() throws IOException {
    // given
    start(directory, Map.of());

    // then
    assertThat(
            codeOf(log.changeMembers(new LogMembers(Set.of(new MemberId(node(), "d")), Set.of()))))
        .isEqualTo(ErrorCode.INVALID_REQUEST);
  }

  @Test
  void shouldRefuseEverythingOnceClosed() throws IOException {
    // given
    start(directory, Map.of());
    CompletionStage<TopicImage> under = ask("a", 1);
    CompletionStage<TopicImage> queued = ask("b", 1);

    // when
    CompletionStage<Void> closed = log.close();
    runWork();

    // then
    assertThat(closed.toCompletableFuture()).isCompleted();
    assertThat(await(under)).isNotNull();
    assertThat(codeOf(queued)).isEqualTo(ErrorCode.SHUTTING_DOWN);
    assertThat(codeOf(log.readBarrier())).isEqualTo(ErrorCode.SHUTTING_DOWN);
    assertThat(log.close()).isSameAs(closed);
  }

  private static NodeId node() {
    return new NodeId(0);
  }

  private void start(SimulatedDirectory on, Map<String, String> settings) throws IOException {
    states.clear();
    log = open(on, settings);
    CompletionStage<?> joined = join();
    await(joined);
  }

  private CompletionStage<?> join() {
    driver =
        new ControllerDriver(
            node(),
            log,
            new Controller(BrokerSettings.of(Map.of()), new SplittableRandom(5)),
            states::add,
            failures::add);
    driver.start();
    return driver.join(new Membership("cluster", node()));
  }

  private FileMetadataLog open(SimulatedDirectory on, Map<String, String> settings)
      throws IOException {
    SettingValues values = BrokerSettings.of(settings);
    return FileMetadataLog.open(on, values, work::add, work::add);
  }

  private MetadataState last() {
    return states.get(states.size() - 1);
  }

  private void create(String name, int partitions) {
    assertThat(await(ask(name, partitions)).partitions()).hasSize(partitions);
  }

  private CompletionStage<TopicImage> ask(String name, int partitions) {
    return driver.execute(
        controller -> controller.createTopic(new TopicName(name), partitions, 1, Map.of(), false));
  }

  private void runWork() {
    while (!work.isEmpty()) {
      work.remove().run();
    }
  }

  private <T> T await(CompletionStage<T> stage) {
    runWork();
    assertThat(stage.toCompletableFuture()).isDone();
    return stage.toCompletableFuture().join();
  }

  private static ErrorCode codeOf(CompletionStage<?> stage) {
    Throwable error = stage.toCompletableFuture().handle((value, thrown) -> thrown).getNow(null);
    Throwable cause = error instanceof CompletionException ? error.getCause() : error;
    assertThat(cause).isInstanceOf(StreamException.class);
    return ((StreamException) cause).code();
  }
}
