package io.millrace.endpoint.kafka;

import io.millrace.model.group.GroupResponse;
import io.millrace.model.group.GroupState;
import io.millrace.model.group.GroupType;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.apache.kafka.common.message.ApiMessageType;
import org.apache.kafka.common.message.ListGroupsRequestData;
import org.apache.kafka.common.message.ListGroupsResponseData;
import org.apache.kafka.common.message.ListGroupsResponseData.ListedGroup;

/** Lists groups, all or those in some states and of some types (KIP-518, KIP-848). */
final class ListGroupsHandler extends ApiHandler<ListGroupsRequestData> {
  private static final int MIN_VERSION = 0;
  private static final int MAX_VERSION = 5;

  private final Groups groups;

  ListGroupsHandler(Groups groups) {
    super(ApiMessageType.LIST_GROUPS, ListGroupsRequestData::new, MIN_VERSION, MAX_VERSION);
    this.groups = groups;
  }

  @Override
  void handle(ListGroupsRequestData request, KafkaCall call) {
    Set<GroupState> states = named(GroupState.class, request.statesFilter());
    Set<GroupType> types = named(GroupType.class, request.typesFilter());
    boolean nothing =
        (states.isEmpty() && !request.statesFilter().isEmpty())
            || (types.isEmpty() && !request.typesFilter().isEmpty());
    if (nothing) {
      call.answer(new ListGroupsResponseData());
      return;
    }
    groups
        .client()
        .list(states, types, groups.deadlineNanos())
        .onSuccess(found -> call.guarded(() -> answer(call, found)))
        .onFailure(call::fail);
  }

  /** The constants that print like one of these names; names that nobody knows match nothing. */
  private static <E extends Enum<E>> Set<E> named(Class<E> type, List<String> names) {
    Set<E> found = EnumSet.noneOf(type);
    for (E one : type.getEnumConstants()) {
      if (names.stream().anyMatch(name -> name.equalsIgnoreCase(one.toString()))) {
        found.add(one);
      }
    }
    return found;
  }

  private static void answer(KafkaCall call, List<GroupResponse.Listed> found) {
    call.answer(
        new ListGroupsResponseData()
            .setGroups(
                found.stream()
                    .map(
                        one ->
                            new ListedGroup()
                                .setGroupId(one.groupId())
                                .setProtocolType(one.protocolType())
                                .setGroupState(one.state().toString())
                                .setGroupType(one.type().toString()))
                    .toList()));
  }
}
