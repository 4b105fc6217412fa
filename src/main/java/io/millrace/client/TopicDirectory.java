package io.millrace.client;

import io.millrace.model.ErrorCode;
import io.millrace.model.StreamException;
import io.millrace.protocol.stream.message.GetMetadata;
import io.millrace.protocol.stream.message.MetadataReply;
import io.millrace.protocol.stream.message.TopicDescription;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.apache.avro.specific.SpecificRecord;

/**
 * Keeps asking about the topics that a producer sends to: new ones until they are known, known ones
 * when they are in doubt or have not been asked about for long.
 *
 * <p>Threading: the loop.
 */
final class TopicDirectory {
  private final Connection connection;
  private final int requestTimeoutMs;
  private final Backoff backoff;
  private final Loop loop;
  private final Listener listener;

  private final Map<String, StreamException> lastFailures = new LinkedHashMap<>();
  private final Set<String> wanted = new TreeSet<>();
  private boolean asking;
  private boolean waiting;
  private boolean closed;
  private int failures;

  /** Who is told about topics. */
  interface Listener {
    /** The topic exists and has these partitions. */
    void onTopic(String topic, String topicId, int partitions);

    /** Asking again will not help. */
    void onHopeless(String topic, StreamException failure);
  }

  TopicDirectory(
      Connection connection, int requestTimeoutMs, Backoff backoff, Loop loop, Listener listener) {
    this.connection = connection;
    this.requestTimeoutMs = requestTimeoutMs;
    this.backoff = backoff;
    this.loop = loop;
    this.listener = listener;
  }

  /** Asks about a topic, soon, until it is answered. */
  void want(String topic) {
    if (wanted.add(topic) && !asking && !waiting) {
      ask();
    }
  }

  /** Why a topic is not known yet. */
  StreamException failureOf(String topic) {
    StreamException failure = lastFailures.get(topic);
    return failure == null ? connection.lastFailure() : failure;
  }

  private void ask() {
    waiting = false;
    if (wanted.isEmpty() || closed) {
      return;
    }
    asking = true;
    List<String> topics = List.copyOf(wanted);
    connection.request(
        id -> new GetMetadata(id, topics), requestTimeoutMs, new MetadataAnswer(topics));
  }

  private void onMetadata(List<String> asked, MetadataReply reply) {
    Map<String, TopicDescription> byName = new LinkedHashMap<>();
    reply.getTopics().forEach(topic -> byName.put(topic.getName(), topic));
    List<TopicDescription> found = new ArrayList<>();
    for (String topic : asked) {
      TopicDescription description = byName.get(topic);
      ErrorCode error =
          description == null
              ? ErrorCode.UNKNOWN_TOPIC_OR_PARTITION
              : ErrorCode.of(description.getErrorCode());
      if (description != null && error == ErrorCode.NONE) {
        wanted.remove(topic);
        lastFailures.remove(topic);
        found.add(description);
      } else {
        onMissing(topic, error);
      }
    }
    asking = false;
    found.forEach(
        topic ->
            listener.onTopic(topic.getName(), topic.getTopicId(), topic.getPartitions().size()));
    again(wanted.isEmpty());
  }

  private void onMissing(String topic, ErrorCode error) {
    StreamException failure =
        new StreamException(error, "topic " + topic + ": " + error.sentence());
    if (error.retriable()) {
      lastFailures.put(topic, failure);
    } else {
      wanted.remove(topic);
      listener.onHopeless(topic, failure);
    }
  }

  private void again(boolean satisfied) {
    failures = satisfied ? 0 : failures + 1;
    if (!satisfied && !waiting && !asking && !closed) {
      waiting = true;
      loop.schedule(backoff.delayMs(failures), this::ask);
    }
  }

  /** Asks no more. */
  void close() {
    closed = true;
  }

  private final class MetadataAnswer implements PendingRequests.Reply {
    private final List<String> asked;

    private MetadataAnswer(List<String> asked) {
      this.asked = asked;
    }

    @Override
    public void onAnswer(SpecificRecord answer) {
      if (answer instanceof MetadataReply reply) {
        onMetadata(asked, reply);
      } else {
        onFailure(Failures.unexpected(answer));
      }
    }

    @Override
    public void onFailure(StreamException failure) {
      asking = false;
      asked.forEach(topic -> lastFailures.put(topic, failure));
      again(false);
    }
  }
}
