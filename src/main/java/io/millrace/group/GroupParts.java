package io.millrace.group;

import io.millrace.model.config.SettingValues;
import io.millrace.model.group.SubscriptionCodec;
import java.util.UUID;
import java.util.function.Supplier;

/**
 * What a coordinator is made of.
 *
 * @param settings of the broker
 * @param subscriptions reads what classic consumers tell each other
 * @param ids makes the random part of member ids
 */
public record GroupParts(
    SettingValues settings, SubscriptionCodec subscriptions, Supplier<UUID> ids) {}
