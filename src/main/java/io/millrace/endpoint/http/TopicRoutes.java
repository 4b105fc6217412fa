package io.millrace.endpoint.http;

import io.millrace.bus.MetadataClient;
import io.millrace.endpoint.HttpRoutes;
import io.millrace.model.ErrorCode;
import io.millrace.model.StreamException;
import io.millrace.model.TopicName;
import io.millrace.model.image.TopicImage;
import io.vertx.core.Future;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Topics as JSON: list, describe, create, alter, delete.
 *
 * <p>Threading: one event loop.
 */
final class TopicRoutes implements HttpRoutes {
  private static final int MAX_BODY_BYTES = 256 * 1024;

  private final MetadataClient metadata;
  private final TopicDescriptions descriptions;

  TopicRoutes(MetadataClient metadata, TopicDescriptions descriptions) {
    this.metadata = metadata;
    this.descriptions = descriptions;
  }

  @Override
  public void mount(Router router) {
    Resource.at(router, "/v1/topics").on(HttpMethod.GET, this::list).end();
    Resource.at(router, "/v1/topics/:topic")
        .on(HttpMethod.GET, this::describe)
        .on(HttpMethod.POST, List.of(MediaTypes.JSON), MAX_BODY_BYTES, this::create)
        .on(HttpMethod.PATCH, List.of(MediaTypes.JSON), MAX_BODY_BYTES, this::alter)
        .on(HttpMethod.DELETE, this::delete)
        .end();
  }

  /** The topic that the path names. */
  static TopicName topicName(RoutingContext context) {
    return new TopicName(context.pathParam("topic"));
  }

  /**
   * The topic that the path names, as it is now.
   *
   * @throws StreamException UNKNOWN_TOPIC_OR_PARTITION
   */
  static TopicImage topic(RoutingContext context, MetadataClient metadata) {
    TopicName name = topicName(context);
    return metadata
        .image()
        .topic(name)
        .orElseThrow(
            () ->
                new StreamException(
                    ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
                    "there is no topic '"
                        + name
                        + "'; create it with POST /v1/topics/"
                        + name
                        + " {\"partitions\":1}"));
  }

  private void list(RoutingContext context) {
    JsonArray topics = new JsonArray();
    metadata.image().topics().forEach(topic -> topics.add(TopicDescriptions.summary(topic)));
    JsonAnswer.send(context, 200, new JsonObject().put("topics", topics));
  }

  private void describe(RoutingContext context) {
    answerWith(context, 200, Future.succeededFuture(topic(context, metadata)));
  }

  private void create(RoutingContext context) {
    TopicName name = topicName(context);
    JsonMembers body = JsonMembers.of(context);
    int partitions = body.integer("partitions", -1);
    Map<String, String> settings = body.texts("settings");
    boolean validateOnly = body.bool("validateOnly", false);
    body.refuseOthers();
    Future<TopicImage> created = metadata.createTopic(name, partitions, settings, validateOnly);
    if (validateOnly) {
      created
          .onSuccess(topic -> JsonAnswer.send(context, 200, TopicDescriptions.summary(topic)))
          .onFailure(context::fail);
    } else {
      answerWith(context, 201, created);
    }
  }

  private void alter(RoutingContext context) {
    TopicName name = topicName(context);
    JsonMembers body = JsonMembers.of(context);
    int partitions = body.integer("partitions", -1);
    Map<String, String> settings = body.texts("settings");
    body.refuseOthers();
    if (partitions < 0 && settings.isEmpty()) {
      throw new StreamException(
          ErrorCode.INVALID_REQUEST,
          "nothing to change: expected \"settings\", \"partitions\" or both");
    }
    // Settings come first: unlike partitions they can be taken back if the second step is refused.
    Future<TopicImage> altered =
        settings.isEmpty()
            ? Future.succeededFuture(topic(context, metadata))
            : metadata.alterTopic(name, settings);
    answerWith(
        context,
        200,
        partitions < 0
            ? altered
            : altered.compose(topic -> metadata.createPartitions(name, partitions)));
  }

  private void delete(RoutingContext context) {
    TopicImage topic = topic(context, metadata);
    metadata
        .deleteTopic(topic.name())
        .onSuccess(
            done ->
                JsonAnswer.send(
                    context,
                    200,
                    new JsonObject()
                        .put("name", topic.name().value())
                        .put("topicId", topic.id().toString())
                        .put("deleted", true)))
        .onFailure(context::fail);
  }

  private void answerWith(RoutingContext context, int status, Future<TopicImage> changed) {
    changed
        .compose(descriptions::describe)
        .onSuccess(description -> JsonAnswer.send(context, status, description))
        .onFailure(context::fail);
  }

  /** The members of a body that is one JSON object, or nothing; each is asked for once. */
  private static final class JsonMembers {
    private final Map<String, Object> left;

    private JsonMembers(Map<String, Object> members) {
      this.left = members;
    }

    static JsonMembers of(RoutingContext context) {
      if (context.body().length() <= 0) {
        return new JsonMembers(new HashMap<>());
      }
      try {
        Object value = context.body().buffer().toJsonValue();
        if (value instanceof JsonObject object) {
          return new JsonMembers(new HashMap<>(object.getMap()));
        }
      } catch (RuntimeException e) {
        throw new StreamException(ErrorCode.INVALID_REQUEST, "the body is not JSON", e);
      }
      throw new StreamException(
          ErrorCode.INVALID_REQUEST,
          "the body is not a JSON object such as {\"partitions\":3,\"settings\":{}}");
    }

    int integer(String name, int otherwise) {
      Object value = left.remove(name);
      if (value == null) {
        return otherwise;
      }
      if (value instanceof Integer number) {
        return number;
      }
      throw mistyped(name, "a number");
    }

    boolean bool(String name, boolean otherwise) {
      Object value = left.remove(name);
      if (value == null) {
        return otherwise;
      }
      if (value instanceof Boolean bool) {
        return bool;
      }
      throw mistyped(name, "true or false");
    }

    /** An object of settings; null takes one back to its default, as an empty text does. */
    Map<String, String> texts(String name) {
      Object value = left.remove(name);
      if (value == null) {
        return Map.of();
      }
      if (!(value instanceof Map<?, ?> entries)) {
        throw mistyped(name, "an object of texts");
      }
      Map<String, String> texts = new HashMap<>();
      entries.forEach((key, text) -> texts.put(String.valueOf(key), text(name, text)));
      return texts;
    }

    private static String text(String name, @org.jspecify.annotations.Nullable Object value) {
      if (value == null) {
        return "";
      }
      if (value instanceof String || value instanceof Number || value instanceof Boolean) {
        return value.toString();
      }
      throw mistyped(name, "an object of texts");
    }

    void refuseOthers() {
      if (!left.isEmpty()) {
        throw new StreamException(
            ErrorCode.INVALID_REQUEST,
            "the body has a member '"
                + left.keySet().iterator().next()
                + "' that is not known; known are partitions, settings, validateOnly");
      }
    }

    private static StreamException mistyped(String name, String expected) {
      return new StreamException(ErrorCode.INVALID_REQUEST, "\"" + name + "\" is not " + expected);
    }
  }
}
