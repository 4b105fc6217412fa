package io.millrace.group;

import io.millrace.model.config.SettingValues;
import io.millrace.model.group.SubscriptionCodec;
import java.util.List;
import java.util.UUID;
import java.util.function.Supplier;

/**
 * What a coordinator is made of.
 *
 * @param settings of the broker
 * @param subscriptions reads what classic consumers tell each other
 * @param assignors those that {@code group.consumer.assignors} may name
 * @param ids makes the random part of member ids
 */
public record GroupParts(
    SettingValues settings,
    SubscriptionCodec subscriptions,
    List<PartitionAssignor> assignors,
    Supplier<UUID> ids) {
  public GroupParts {
    assignors = List.copyOf(assignors);
  }
}
