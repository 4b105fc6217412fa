package io.millrace.verticle;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.bus.Address;
import io.millrace.bus.BusLimits;
import io.millrace.bus.ImagePublisher;
import io.millrace.bus.LatestImage;
import io.millrace.bus.LoopBus;
import io.millrace.bus.LoopMail;
import io.millrace.bus.MetadataReply;
import io.millrace.bus.MetadataRequest;
import io.millrace.bus.Scope;
import io.millrace.bus.TypedBus;
import io.millrace.model.NodeId;
import io.millrace.model.TimeSource;
import io.millrace.model.TopicName;
import io.millrace.model.config.BrokerSettings;
import io.millrace.model.config.SettingValues;
import io.millrace.model.control.ControllerAnswer;
import io.millrace.model.control.ControllerAsk;
import io.millrace.model.image.ClusterImage;
import io.millrace.model.image.TopicImage;
import io.millrace.testing.TestLoop;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What the controller has done is seen on the node that was asked before that node says so. */
class ForwardedRequestsIT {
  private static final long DECIDED_IN = 7;
  private static final Address<LoopMail> NOBODY =
      new Address<>("loop.0.mail", Scope.LOCAL, LoopMail.class);
  private static final SettingValues SETTINGS = BrokerSettings.of(Map.of());
  private static final TopicImage TOPIC = TestNode.topic("t", 1, 1, Map.of());

  private final Vertx vertx = Vertx.vertx();
  private final TestLoop owner = new TestLoop(vertx);
  private final LatestImage latest = new LatestImage();
  private final LoopBus loop =
      owner.call(
          () ->
              LoopBus.open(vertx, new TypedBus(vertx), TimeSource.SYSTEM, BusLimits.of(SETTINGS)));
  private final ImagePublications publications =
      new ImagePublications(new ImagePublisher(loop, latest, 0, 1_000));

  @AfterEach
  void close() {
    owner.run(loop::close);
    TestNode.get(vertx.close());
  }

  @Test
  void shouldAnswerOnceThisNodeSeesThePartitionsThatAreDone() {
    assertAnsweredOnceSeen(
        new MetadataRequest.AskController(1, NOBODY, new ControllerAsk.Rebalance()),
        new ControllerAnswer.PartitionsDone(List.of(), DECIDED_IN));
  }

  @Test
  void shouldAnswerOnceThisNodeSeesThePartitionsThatWereAdded() {
    assertAnsweredOnceSeen(
        new MetadataRequest.CreatePartitions(1, NOBODY, new TopicName("t"), 3),
        new ControllerAnswer.TopicChanged(TOPIC, DECIDED_IN));
  }

  private void assertAnsweredOnceSeen(MetadataRequest request, ControllerAnswer decided) {
    // given
    ForwardedRequests requests =
        new ForwardedRequests(
            (ask, timeoutMs) -> Future.succeededFuture(decided),
            publications,
            new NodeId(1),
            1_000,
            10);
    publish(DECIDED_IN - 1);

    // when
    Future<MetadataReply> reply = owner.call(() -> requests.answer(request));
    boolean early = reply.isComplete();
    publish(DECIDED_IN);
    TestNode.get(reply);

    // then
    assertThat(early).isFalse();
    assertThat(latest.get().version()).isEqualTo(DECIDED_IN);
  }

  private void publish(long version) {
    owner.run(
        () -> publications.committed(new ClusterImage(version, "c", List.of(), List.of(TOPIC))));
  }
}
