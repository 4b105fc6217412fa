package io.millrace.group;

import io.millrace.model.ErrorCode;
import io.millrace.model.StreamException;
import io.millrace.model.TopicName;
import io.millrace.model.group.GroupError;
import io.millrace.model.group.GroupRequest.ConsumerHeartbeat;
import io.millrace.model.group.TopicPartitions;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What must be so in a consumer's heartbeat, whatever the group is like (KIP-848, "Validation").
 */
final class HeartbeatRules {
  private final ConsumerGroupConfig config;
  private final Assignors assignors;

  HeartbeatRules(ConsumerGroupConfig config, Assignors assignors) {
    this.config = config;
    this.assignors = assignors;
  }

  GroupError check(ConsumerHeartbeat request) {
    GroupError identity = checkIdentity(request);
    if (identity.isError()) {
      return identity;
    }
    if (request.memberEpoch() == MemberProgress.JOINING) {
      GroupError join = checkJoin(request);
      if (join.isError()) {
        return join;
      }
    }
    String assignor = request.serverAssignor();
    if (assignor != null && !assignor.isEmpty() && !assignors.offers(assignor)) {
      return new GroupError(
          ErrorCode.UNSUPPORTED_ASSIGNOR,
          "there is no assignor '" + shown(assignor) + "'; use one of " + assignors.names());
    }
    GroupError names = checkNames(request.subscribedTopicNames());
    String regex = request.subscribedTopicRegex();
    return names.isError() || regex == null || regex.isEmpty()
        ? names
        : TopicPattern.check(regex, config.patternMaxSize());
  }

  private static GroupError checkIdentity(ConsumerHeartbeat request) {
    if (request.groupId().isEmpty()) {
      return invalid("the group id is empty; set group.id");
    }
    if (request.member().instanceId().filter(String::isEmpty).isPresent()) {
      return invalid("the instance id is empty; leave it out or give it a value");
    }
    if (request.rackId() != null && request.rackId().isEmpty()) {
      return invalid("the rack id is empty; leave it out or give it a value");
    }
    int epoch = request.memberEpoch();
    if (epoch < MemberProgress.LEFT_FOR_A_WHILE) {
      return invalid("member epoch " + epoch + " is not one of -2, -1, 0 and above");
    }
    if (epoch != MemberProgress.JOINING && request.member().memberId().isEmpty()) {
      return invalid("the member id is empty at member epoch " + epoch);
    }
    if (epoch == MemberProgress.LEFT_FOR_A_WHILE && request.member().instanceId().isEmpty()) {
      return invalid("member epoch -2 is for members with an instance id");
    }
    return GroupError.NONE;
  }

  private static GroupError checkJoin(ConsumerHeartbeat request) {
    if (request.rebalanceTimeoutMs() < 0) {
      return invalid("a member that joins has to say its rebalance timeout");
    }
    List<TopicPartitions> owned = request.ownedPartitions();
    if (owned == null || !owned.isEmpty()) {
      return invalid("a member that joins has to give up all partitions first, and to say so");
    }
    if (request.subscribedTopicNames() == null && request.subscribedTopicRegex() == null) {
      return invalid("a member that joins has to say which topics it wants");
    }
    return GroupError.NONE;
  }

  private static GroupError checkNames(@Nullable List<String> names) {
    for (String name : Objects.requireNonNullElse(names, List.<String>of())) {
      try {
        new TopicName(name);
      } catch (StreamException e) {
        return new GroupError(
            e.code(), Objects.requireNonNullElse(e.getMessage(), e.code().sentence()));
      }
    }
    return GroupError.NONE;
  }

  private static GroupError invalid(String reason) {
    return new GroupError(ErrorCode.INVALID_REQUEST, reason);
  }

  private static String shown(String text) {
    return text.length() > 60 ? text.substring(0, 60) + "..." : text;
  }
}
