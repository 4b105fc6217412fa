package io.millrace.verticle;

import io.millrace.bus.MetadataReply;
import io.millrace.bus.MetadataRequest;
import io.millrace.bus.MetadataRequest.AllocateProducerId;
import io.millrace.bus.MetadataRequest.AlterTopic;
import io.millrace.bus.MetadataRequest.AskController;
import io.millrace.bus.MetadataRequest.CreatePartitions;
import io.millrace.bus.MetadataRequest.CreateTopic;
import io.millrace.bus.MetadataRequest.DeleteTopic;
import io.millrace.metadata.ProducerIdBlock;
import io.millrace.model.ErrorCode;
import io.millrace.model.NodeId;
import io.millrace.model.StreamException;
import io.millrace.model.control.ControllerAnswer;
import io.millrace.model.control.ControllerAsk;
import io.vertx.core.Future;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes changes of metadata that this node's endpoints and shards ask for to the controller,
 * wherever it is. A change of topics is answered once the shards of this node follow an image that
 * has it.
 *
 * <p>Threading: the metadata verticle's context.
 */
final class ForwardedRequests {
  private static final Logger LOG = LoggerFactory.getLogger(ForwardedRequests.class);
  private static final int DEFAULT_REPLICATION_FACTOR = -1;

  private final BrokerLife.Asking controller;
  private final ImagePublications publications;
  private final ProducerIdAllocator producerIds;
  private final int timeoutMs;
  private final int maxPending;
  private int pending;

  ForwardedRequests(
      BrokerLife.Asking controller,
      ImagePublications publications,
      NodeId self,
      int timeoutMs,
      int maxPending) {
    this.controller = controller;
    this.publications = publications;
    this.timeoutMs = timeoutMs;
    this.maxPending = maxPending;
    this.producerIds =
        new ProducerIdAllocator(
            () ->
                controller
                    .ask(new ControllerAsk.AllocateProducerIds(self), timeoutMs)
                    .map(ForwardedRequests::block));
  }

  private static ProducerIdBlock block(ControllerAnswer answer) {
    ControllerAnswer.ProducerIdsAllocated ids = (ControllerAnswer.ProducerIdsAllocated) answer;
    return new ProducerIdBlock(ids.firstProducerId(), ids.endProducerId());
  }

  /** The one reply to this request; never fails. */
  Future<MetadataReply> answer(MetadataRequest request) {
    if (pending >= maxPending) {
      return Future.succeededFuture(
          new MetadataReply.Failed(
              request.correlationId(),
              ErrorCode.THROTTLED,
              pending
                  + " changes of metadata wait already (metadata.pending.max); try again a little"
                  + " later"));
    }
    pending++;
    return carriedOut(request)
        .onComplete(done -> pending--)
        .otherwise(failure -> failed(request.correlationId(), failure));
  }

  private Future<MetadataReply> carriedOut(MetadataRequest request) {
    long id = request.correlationId();
    if (request instanceof AllocateProducerId) {
      return producerIds
          .allocate()
          .map(producerId -> new MetadataReply.ProducerIdAllocated(id, producerId));
    } else if (request instanceof AskController any) {
      return controller
          .ask(any.ask(), timeoutMs)
          .compose(this::followed)
          .map(answer -> new MetadataReply.ControllerAnswered(id, answer));
    } else if (request instanceof DeleteTopic delete) {
      return controller
          .ask(new ControllerAsk.DeleteTopic(delete.name()), timeoutMs)
          .compose(this::followed)
          .map(done -> new MetadataReply.Done(id));
    }
    return controller
        .ask(topicAsk(request), timeoutMs)
        .compose(this::followed)
        .map(
            answer ->
                new MetadataReply.TopicChanged(
                    id, ((ControllerAnswer.TopicChanged) answer).topic()));
  }

  private static ControllerAsk topicAsk(MetadataRequest request) {
    if (request instanceof CreateTopic create) {
      return new ControllerAsk.CreateTopic(
          create.name(),
          create.partitions(),
          DEFAULT_REPLICATION_FACTOR,
          create.settings(),
          create.validateOnly());
    } else if (request instanceof AlterTopic alter) {
      return new ControllerAsk.AlterTopic(alter.name(), alter.changes());
    }
    CreatePartitions more = (CreatePartitions) request;
    return new ControllerAsk.CreatePartitions(more.name(), more.totalPartitions());
  }

  /** The answer, once this node's shards follow the image that has what was decided. */
  private Future<ControllerAnswer> followed(ControllerAnswer answer) {
    long version = 0;
    if (answer instanceof ControllerAnswer.TopicChanged changed) {
      version = changed.imageVersion();
    } else if (answer instanceof ControllerAnswer.PartitionsDone partitions) {
      version = partitions.imageVersion();
    } else if (answer instanceof ControllerAnswer.Done done) {
      version = done.imageVersion();
    }
    return publications.published(version).map(seen -> answer);
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
