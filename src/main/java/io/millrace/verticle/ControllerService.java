package io.millrace.verticle;

import io.millrace.metadata.BrokerSupervisor;
import io.millrace.metadata.Controller;
import io.millrace.metadata.ControllerDriver;
import io.millrace.metadata.Decision;
import io.millrace.model.ErrorCode;
import io.millrace.model.StreamException;
import io.millrace.model.TimeSource;
import io.millrace.model.control.ControllerAnswer;
import io.millrace.model.control.ControllerAsk;
import io.millrace.model.image.ClusterImage;
import io.millrace.model.image.TopicImage;
import io.vertx.core.Future;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Has the controller of this node decide what it is asked, by whichever node.
 *
 * <p>Threading: the metadata verticle's context.
 */
final class ControllerService {
  private final ControllerDriver driver;
  private final BrokerSupervisor supervisor;
  private final Supplier<ClusterImage> committed;
  private final TimeSource time;

  /**
   * A service that refuses everything until this node is the controller.
   *
   * @param committed the newest committed image
   */
  ControllerService(
      ControllerDriver driver,
      BrokerSupervisor supervisor,
      Supplier<ClusterImage> committed,
      TimeSource time) {
    this.driver = driver;
    this.supervisor = supervisor;
    this.committed = committed;
    this.time = time;
  }

  boolean isLeading() {
    return driver.isLeading();
  }

  /** Completes once it is committed; fails with StreamException. */
  Future<ControllerAnswer> answer(ControllerAsk ask) {
    if (!driver.isLeading()) {
      return Future.failedFuture(
          new StreamException(
              ErrorCode.NOT_CONTROLLER, "this node is not the controller; ask again shortly"));
    }
    try {
      return carriedOut(ask);
    } catch (StreamException e) {
      return Future.failedFuture(e);
    }
  }

  private Future<ControllerAnswer> carriedOut(ControllerAsk ask) {
    if (ask instanceof ControllerAsk.BrokerHeartbeat beat) {
      return StageFuture.of(supervisor.onHeartbeat(beat.report(), time.monotonicNanos()))
          .map(ControllerAnswer.HeartbeatAnswered::new);
    } else if (ask instanceof ControllerAsk.AlterPartition alter) {
      return decide(
              c -> c.brokers().alterInSync(alter.nodeId(), alter.incarnation(), alter.changes()))
          .map(results -> new ControllerAnswer.PartitionsDone(results, version()));
    } else if (ask instanceof ControllerAsk.ReassignPartitions reassign) {
      return decide(c -> c.brokers().reassign(reassign.targets()))
          .map(results -> new ControllerAnswer.PartitionsDone(results, version()));
    } else if (ask instanceof ControllerAsk.ElectLeaders elect) {
      return decide(c -> c.brokers().elect(elect.partitions(), elect.unclean()))
          .map(results -> new ControllerAnswer.PartitionsDone(results, version()));
    }
    return brokerAnswer(ask);
  }

  private Future<ControllerAnswer> brokerAnswer(ControllerAsk ask) {
    if (ask instanceof ControllerAsk.RegisterBroker register) {
      checkCluster(register.clusterId());
      return decide(c -> c.brokers().register(register.registration()))
          .map(broker -> new ControllerAnswer.Registered(broker.incarnation(), version()));
    } else if (ask instanceof ControllerAsk.AllocateNodeId allocate) {
      checkCluster(allocate.clusterId());
      return decide(c -> c.brokers().allocateNodeId(allocate.directoryId(), allocate.wanted()))
          .map(ControllerAnswer.NodeIdAllocated::new);
    } else if (ask instanceof ControllerAsk.AllocateProducerIds allocate) {
      return decide(c -> c.allocateProducerIds(allocate.nodeId()))
          .map(
              block ->
                  new ControllerAnswer.ProducerIdsAllocated(
                      block.firstProducerId(), block.endProducerId()));
    } else if (ask instanceof ControllerAsk.DrainBroker drain) {
      return decide(c -> c.brokers().drain(drain.nodeId(), drain.draining()))
          .map(broker -> new ControllerAnswer.Done(1, version()));
    } else if (ask instanceof ControllerAsk.Rebalance) {
      return decide(c -> c.brokers().rebalance())
          .map(count -> new ControllerAnswer.Done(count, version()));
    }
    return topicAnswer(ask);
  }

  private Future<ControllerAnswer> topicAnswer(ControllerAsk ask) {
    if (ask instanceof ControllerAsk.CreateTopic create) {
      return topic(
          c ->
              c.createTopic(
                  create.name(),
                  create.partitions(),
                  create.replicationFactor(),
                  create.settings(),
                  create.validateOnly()));
    } else if (ask instanceof ControllerAsk.AlterTopic alter) {
      return topic(c -> c.alterTopic(alter.name(), alter.changes(), false));
    } else if (ask instanceof ControllerAsk.CreatePartitions more) {
      return topic(c -> c.createPartitions(more.name(), more.totalPartitions(), false));
    } else if (ask instanceof ControllerAsk.DeleteTopic delete) {
      return decide(c -> c.deleteTopic(delete.name()))
          .map(gone -> new ControllerAnswer.Done(1, version()));
    }
    throw new IllegalStateException("nobody answers " + ask);
  }

  /** A node of another cluster must not become a broker of this one. */
  private void checkCluster(String clusterId) {
    String here = committed.get().clusterId();
    if (here.isEmpty()) {
      throw new StreamException(
          ErrorCode.LEADER_NOT_AVAILABLE, "the cluster is being founded; ask again shortly");
    }
    if (!clusterId.isEmpty() && !clusterId.equals(here)) {
      throw new StreamException(
          ErrorCode.CLUSTER_ID_MISMATCH,
          "the node belongs to cluster "
              + clusterId
              + ", this is cluster "
              + here
              + "; check cluster.seeds, or give the node an empty data directory");
    }
  }

  private long version() {
    return committed.get().version();
  }

  private Future<ControllerAnswer> topic(Function<Controller, Decision<TopicImage>> request) {
    return decide(request).map(topic -> new ControllerAnswer.TopicChanged(topic, version()));
  }

  private <T> Future<T> decide(Function<Controller, Decision<T>> request) {
    return StageFuture.of(driver.execute(request));
  }
}
