package io.millrace.endpoint.kafka;

import io.millrace.model.ErrorCode;
import io.millrace.model.StreamException;
import io.millrace.model.TopicName;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.ApiMessageType;
import org.apache.kafka.common.message.DeleteTopicsRequestData;
import org.apache.kafka.common.message.DeleteTopicsRequestData.DeleteTopicState;
import org.apache.kafka.common.message.DeleteTopicsResponseData;
import org.apache.kafka.common.message.DeleteTopicsResponseData.DeletableTopicResult;
import org.apache.kafka.common.message.DeleteTopicsResponseData.DeletableTopicResultCollection;
import org.jspecify.annotations.Nullable;

/** Deletes topics, by name or by id (KIP-516). */
final class DeleteTopicsHandler extends ApiHandler<DeleteTopicsRequestData> {
  private static final int MIN_VERSION = 1;
  private static final int MAX_VERSION = 6;
  private static final int BY_ID_VERSION = 6;

  private final KafkaLoop loop;

  DeleteTopicsHandler(KafkaLoop loop) {
    super(ApiMessageType.DELETE_TOPICS, DeleteTopicsRequestData::new, MIN_VERSION, MAX_VERSION);
    this.loop = loop;
  }

  @Override
  void handle(DeleteTopicsRequestData request, KafkaCall call) {
    List<Future<DeletableTopicResult>> results = new ArrayList<>();
    if (call.version() < BY_ID_VERSION) {
      request.topicNames().forEach(name -> results.add(delete(name, Uuid.ZERO_UUID)));
    } else {
      for (DeleteTopicState topic : request.topics()) {
        results.add(delete(topic.name(), topic.topicId()));
      }
    }
    Future.all(results)
        .onSuccess(
            done -> {
              DeletableTopicResultCollection answers = new DeletableTopicResultCollection();
              results.forEach(result -> answers.add(result.result()));
              call.answer(new DeleteTopicsResponseData().setResponses(answers));
            })
        .onFailure(call::fail);
  }

  private Future<DeletableTopicResult> delete(@Nullable String name, Uuid id) {
    DeletableTopicResult result = new DeletableTopicResult().setName(name).setTopicId(id);
    try {
      TopicName found = find(name, id, result);
      return loop.metadata()
          .deleteTopic(found)
          .map(result)
          .otherwise(failure -> failed(result, failure));
    } catch (StreamException e) {
      return Future.succeededFuture(failed(result, e));
    }
  }

  /** The topic's name; what is known of it goes into the result. */
  private TopicName find(@Nullable String name, Uuid id, DeletableTopicResult result) {
    if (name != null && !id.equals(Uuid.ZERO_UUID)) {
      throw new StreamException(
          ErrorCode.INVALID_REQUEST, "a topic is named by its name or by its id, not by both");
    }
    if (name != null) {
      TopicName topic = new TopicName(name);
      loop.image().topic(topic).ifPresent(image -> result.setTopicId(TopicIds.uuid(image.id())));
      return topic;
    }
    TopicName topic =
        loop.image()
            .topic(TopicIds.of(id))
            .orElseThrow(() -> new StreamException(ErrorCode.UNKNOWN_TOPIC_ID))
            .name();
    result.setName(topic.value());
    return topic;
  }

  private static DeletableTopicResult failed(DeletableTopicResult result, Throwable failure) {
    return result
        .setErrorCode(KafkaErrors.of(failure).code())
        .setErrorMessage(failure.getMessage());
  }
}
