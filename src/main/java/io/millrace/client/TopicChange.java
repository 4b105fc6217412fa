package io.millrace.client;

import io.millrace.model.TopicId;

/**
 * A topic after a change.
 *
 * @param partitions how many it has, 0 if it was deleted
 */
public record TopicChange(String name, TopicId topicId, int partitions) {}
