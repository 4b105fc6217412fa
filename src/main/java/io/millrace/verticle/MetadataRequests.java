package io.millrace.verticle;

import io.millrace.bus.MetadataReply;
import io.millrace.bus.MetadataRequest;
import io.millrace.bus.MetadataRequest.AllocateProducerId;
import io.millrace.bus.MetadataRequest.AlterTopic;
import io.millrace.bus.MetadataRequest.AskController;
import io.millrace.bus.MetadataRequest.CreatePartitions;
import io.millrace.bus.MetadataRequest.CreateTopic;
import io.millrace.bus.MetadataRequest.DeleteTopic;
import io.millrace.metadata.Controller;
import io.millrace.metadata.ControllerDriver;
import io.millrace.metadata.Decision;
import io.millrace.metadata.ProducerIdBlock;
import io.millrace.model.ErrorCode;
import io.millrace.model.NodeId;
import io.millrace.model.StreamException;
import io.millrace.model.control.ControllerAnswer;
import io.millrace.model.control.ControllerAsk;
import io.millrace.model.image.TopicImage;
import io.vertx.core.Future;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Turns requests for changes of metadata into decisions of the controller, and their outcome into
 * replies. A change is answered once it is durable and the shards of this node follow it.
 *
 * <p>Threading: the metadata verticle's context.
 */
final class MetadataRequests {
  private static final Logger LOG = LoggerFactory.getLogger(MetadataRequests.class);
  private static final int DEFAULT_REPLICATION_FACTOR = -1;

  private final ControllerDriver driver;
  private final ImagePublications publications;
  private final ProducerIdAllocator producerIds;
  private final ControllerService service;
  private final int maxPending;
  private int pending;

  MetadataRequests(
      ControllerDriver driver,
      ImagePublications publications,
      ControllerService service,
      NodeId self,
      int maxPending) {
    this.driver = driver;
    this.publications = publications;
    this.service = service;
    this.maxPending = maxPending;
    this.producerIds =
        new ProducerIdAllocator(
            () -> this.<ProducerIdBlock>decide(controller -> controller.allocateProducerIds(self)));
  }

  /** The one reply to this request; never fails. */
  Future<MetadataReply> answer(MetadataRequest request) {
    if (pending >= maxPending) {
      return Future.succeededFuture(
          new MetadataReply.Failed(
              request.correlationId(),
              ErrorCode.THROTTLED,
              pending
                  + " changes of metadata wait already (metadata.pending.max); try again a little later"));
    }
    pending++;
    return carriedOut(request)
        .onComplete(done -> pending--)
        .otherwise(failure -> failed(request.correlationId(), failure));
  }

  private Future<MetadataReply> carriedOut(MetadataRequest request) {
    long id = request.correlationId();
    if (request instanceof CreateTopic create) {
      return topic(
          id,
          c ->
              c.createTopic(
                  create.name(),
                  create.partitions(),
                  DEFAULT_REPLICATION_FACTOR,
                  create.settings(),
                  create.validateOnly()));
    } else if (request instanceof AlterTopic alter) {
      return topic(id, c -> c.alterTopic(alter.name(), alter.changes(), false));
    } else if (request instanceof CreatePartitions more) {
      return topic(id, c -> c.createPartitions(more.name(), more.totalPartitions(), false));
    } else if (request instanceof DeleteTopic delete) {
      return decide(c -> c.deleteTopic(delete.name()))
          .compose(gone -> publications.published())
          .map(done -> new MetadataReply.Done(id));
    }
    if (request instanceof AskController any) {
      return (needsOthers(any.ask()) ? alone() : service.answer(any.ask()))
          .compose(answer -> publications.published().map(done -> answer))
          .map(answer -> new MetadataReply.ControllerAnswered(id, answer));
    }
    AllocateProducerId allocate = (AllocateProducerId) request;
    return producerIds
        .allocate()
        .map(
            producerId ->
                new MetadataReply.ProducerIdAllocated(allocate.correlationId(), producerId));
  }

  private static boolean needsOthers(ControllerAsk ask) {
    return ask instanceof ControllerAsk.DrainBroker || ask instanceof ControllerAsk.Rebalance;
  }

  private static Future<ControllerAnswer> alone() {
    return Future.failedFuture(
        new StreamException(
            ErrorCode.POLICY_VIOLATION,
            "this node is alone, so nothing can move to another one; nodes that are started with"
                + " cluster.seeds find each other"));
  }

  private Future<MetadataReply> topic(
      long correlationId, Function<Controller, Decision<TopicImage>> request) {
    return decide(request)
        .compose(
            topic ->
                publications
                    .published()
                    .map(done -> new MetadataReply.TopicChanged(correlationId, topic)));
  }

  private <T> Future<T> decide(Function<Controller, Decision<T>> request) {
    return StageFuture.of(driver.execute(request));
  }

  private static MetadataReply failed(long correlationId, Throwable failure) {
    if (failure instanceof StreamException known) {
      return new MetadataReply.Failed(
          correlationId, known.code(), String.valueOf(known.getMessage()));
    }
    LOG.error("a change of metadata failed", failure);
    return new MetadataReply.Failed(
        correlationId, ErrorCode.UNKNOWN_SERVER_ERROR, ErrorCode.UNKNOWN_SERVER_ERROR.sentence());
  }
}
