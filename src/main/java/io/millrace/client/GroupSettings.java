package io.millrace.client;

import io.millrace.model.config.SettingValues;
import io.millrace.protocol.stream.message.Subscribe;
import org.jspecify.annotations.Nullable;

/**
 * How a consumer takes part in its group.
 *
 * @param group its id
 * @param instanceId null unless the consumer is a static member
 * @param assignor null for the broker's choice
 * @param autoCommitIntervalMs 0 for only what the application commits
 */
record GroupSettings(
    String group,
    @Nullable String instanceId,
    @Nullable String assignor,
    int autoCommitIntervalMs,
    int maxPollIntervalMs) {
  /** Null without {@code group.id}. */
  static @Nullable GroupSettings of(SettingValues settings) {
    String group = settings.get(ConsumerSettings.GROUP_ID);
    if (group.isEmpty()) {
      return null;
    }
    return new GroupSettings(
        group,
        given(settings.get(ConsumerSettings.GROUP_INSTANCE_ID)),
        given(settings.get(ConsumerSettings.GROUP_REMOTE_ASSIGNOR)),
        settings.get(ConsumerSettings.ENABLE_AUTO_COMMIT)
            ? settings.get(ConsumerSettings.AUTO_COMMIT_INTERVAL_MS)
            : 0,
        settings.get(ConsumerSettings.MAX_POLL_INTERVAL_MS));
  }

  private static @Nullable String given(String text) {
    return text.isEmpty() ? null : text;
  }

  /**
   * Makes a subscription one of a member. The broker commits nothing by itself: credit follows what
   * the application asks for, not what it has processed.
   */
  void join(Subscribe message, String memberId, int memberEpoch) {
    message.put("group", group);
    message.put("instanceId", instanceId);
    message.put("assignor", assignor);
    message.put("memberId", memberId);
    message.put("memberEpoch", memberEpoch);
    message.put("autoCommitIntervalMs", 0);
    message.put("maxPollIntervalMs", maxPollIntervalMs);
  }
}
