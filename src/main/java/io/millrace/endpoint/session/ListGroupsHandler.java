package io.millrace.endpoint.session;

import io.millrace.model.ErrorCode;
import io.millrace.model.StreamException;
import io.millrace.model.group.GroupResponse.Listed;
import io.millrace.model.group.GroupState;
import io.millrace.model.group.GroupType;
import io.millrace.protocol.stream.message.GroupsListed;
import io.millrace.protocol.stream.message.ListGroups;
import io.millrace.protocol.stream.message.ListedGroup;
import io.netty.buffer.ByteBuf;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Lists groups. */
final class ListGroupsHandler implements MessageHandler<ListGroups> {
  @Override
  public void handle(StreamSession session, ListGroups message, ByteBuf frame) {
    SessionLoop loop = session.loop();
    Set<GroupState> states = chosen("state", message.getStates(), GroupState.values());
    Set<GroupType> types = chosen("type", message.getTypes(), GroupType.values());
    long deadline = loop.inMs(loop.limits().requestTimeoutMs());
    Request request = Request.begin(session, message, frame.readableBytes());
    request.answer(
        new GroupQuestions(loop)
            .patiently(deadline, () -> loop.groups().list(states, types, deadline)),
        groups -> new GroupsListed(message.getRequestId(), toMessage(groups)));
  }

  private static List<ListedGroup> toMessage(List<Listed> groups) {
    return groups.stream()
        .sorted(Comparator.comparing(Listed::groupId))
        .map(
            group ->
                new ListedGroup(
                    group.groupId(),
                    group.type().toString(),
                    group.state().toString(),
                    group.protocolType()))
        .toList();
  }

  private static <E extends Enum<E>> Set<E> chosen(String what, List<String> names, E[] all) {
    Set<E> chosen = new LinkedHashSet<>();
    for (String name : names) {
      chosen.add(
          Arrays.stream(all)
              .filter(one -> one.toString().equalsIgnoreCase(name))
              .findFirst()
              .orElseThrow(
                  () ->
                      new StreamException(
                          ErrorCode.INVALID_REQUEST,
                          "there is no " + what + " of that name; use " + Arrays.toString(all))));
    }
    return chosen;
  }
}
