package io.millrace.endpoint.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.model.ErrorCode;
import io.millrace.model.StreamException;
import io.millrace.model.TopicName;
import io.millrace.model.TopicPartition;
import io.millrace.model.group.GroupError;
import io.millrace.model.group.GroupRequest;
import io.millrace.model.group.GroupResponse;
import io.millrace.model.group.GroupState;
import io.millrace.model.group.GroupType;
import io.millrace.model.group.OpaqueBytes;
import io.millrace.model.group.TopicPartitions;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.common.message.ApiMessageType;
import org.apache.kafka.common.message.ConsumerGroupDescribeRequestData;
import org.apache.kafka.common.message.ConsumerGroupDescribeResponseData;
import org.apache.kafka.common.message.ConsumerGroupHeartbeatRequestData;
import org.apache.kafka.common.message.ConsumerGroupHeartbeatResponseData;
import org.apache.kafka.common.message.DeleteGroupsRequestData;
import org.apache.kafka.common.message.DeleteGroupsResponseData;
import org.apache.kafka.common.message.DescribeGroupsRequestData;
import org.apache.kafka.common.message.DescribeGroupsResponseData;
import org.apache.kafka.common.message.FindCoordinatorRequestData;
import org.apache.kafka.common.message.FindCoordinatorResponseData;
import org.apache.kafka.common.message.HeartbeatRequestData;
import org.apache.kafka.common.message.HeartbeatResponseData;
import org.apache.kafka.common.message.JoinGroupRequestData;
import org.apache.kafka.common.message.JoinGroupRequestData.JoinGroupRequestProtocol;
import org.apache.kafka.common.message.JoinGroupRequestData.JoinGroupRequestProtocolCollection;
import org.apache.kafka.common.message.JoinGroupResponseData;
import org.apache.kafka.common.message.LeaveGroupRequestData;
import org.apache.kafka.common.message.LeaveGroupResponseData;
import org.apache.kafka.common.message.ListGroupsRequestData;
import org.apache.kafka.common.message.ListGroupsResponseData;
import org.apache.kafka.common.message.OffsetCommitRequestData;
import org.apache.kafka.common.message.OffsetCommitRequestData.OffsetCommitRequestPartition;
import org.apache.kafka.common.message.OffsetCommitRequestData.OffsetCommitRequestTopic;
import org.apache.kafka.common.message.OffsetCommitResponseData;
import org.apache.kafka.common.message.OffsetFetchRequestData;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestGroup;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestTopic;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestTopics;
import org.apache.kafka.common.message.OffsetFetchResponseData;
import org.apache.kafka.common.message.SyncGroupRequestData;
import org.apache.kafka.common.message.SyncGroupResponseData;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The group APIs in every version, before coordinators that say what the test tells them. */
class GroupApisIT {
  private static final byte[] BYTES = {1, 2, 3};
  private static final TopicPartition FIRST = new TopicPartition(new TopicName("t"), 0);

  private final KafkaFixture fixture = new KafkaFixture();

  @AfterEach
  void close() {
    fixture.close();
  }

  private ApiMessage ask(ApiMessageType api, int version, ApiMessage request) throws Exception {
    try (RawKafkaClient client = fixture.connect()) {
      client.send(api, version, 5, request);
      return client.receive(api, version, 5);
    }
  }

  @Test
  void shouldFindCoordinators() throws Exception {
    for (int version = 0; version <= 6; version++) {
      // when
      var request = new FindCoordinatorRequestData().setKey("g");
      if (version >= 4) {
        request = new FindCoordinatorRequestData().setCoordinatorKeys(List.of("g", ""));
      }
      var answer =
          (FindCoordinatorResponseData) ask(ApiMessageType.FIND_COORDINATOR, version, request);

      // then
      if (version < 4) {
        assertThat(answer.host()).isEqualTo("127.0.0.1");
        assertThat(answer.errorCode()).isZero();
      } else {
        assertThat(answer.coordinators().get(0).host()).isEqualTo("127.0.0.1");
        assertThat(answer.coordinators().get(1).errorCode())
            .isEqualTo(Errors.INVALID_GROUP_ID.code());
      }
    }
  }

  @Test
  void shouldJoinInEveryVersion() throws Exception {
    fixture.groups.script =
        request ->
            new GroupResponse.Joined(
                GroupError.NONE,
                3,
                "consumer",
                "range",
                "m1",
                false,
                "m1",
                List.of(
                    new GroupResponse.JoinedMember("m1", Optional.empty(), OpaqueBytes.of(BYTES))));
    for (int version = 0; version <= 9; version++) {
      // when
      JoinGroupRequestProtocolCollection protocols = new JoinGroupRequestProtocolCollection();
      protocols.add(new JoinGroupRequestProtocol().setName("range").setMetadata(BYTES));
      var answer =
          (JoinGroupResponseData)
              ask(
                  ApiMessageType.JOIN_GROUP,
                  version,
                  new JoinGroupRequestData()
                      .setGroupId("g")
                      .setSessionTimeoutMs(7_000)
                      .setRebalanceTimeoutMs(version == 0 ? -1 : 9_000)
                      .setMemberId("")
                      .setProtocolType("consumer")
                      .setProtocols(protocols));
      GroupRequest.Join asked = (GroupRequest.Join) fixture.groups.asked.get(version);

      // then
      assertThat(answer.generationId()).isEqualTo(3);
      assertThat(answer.protocolName()).isEqualTo("range");
      assertThat(answer.members().get(0).metadata()).isEqualTo(BYTES);
      assertThat(asked.rebalanceTimeoutMs()).isEqualTo(version == 0 ? 7_000 : 9_000);
      assertThat(asked.requireKnownMemberId()).isEqualTo(version >= 4);
      assertThat(asked.supportsSkippingAssignment()).isEqualTo(version >= 9);
      assertThat(asked.origin()).isEqualTo(new GroupRequest.ClientOrigin("raw", "/127.0.0.1"));
    }
  }

  @Test
  void shouldTellWhyAJoinIsRefusedInEveryVersion() throws Exception {
    fixture.groups.script =
        request ->
            GroupResponse.Joined.refused(GroupError.of(ErrorCode.GROUP_MAX_SIZE_REACHED), "m");
    for (int version = 0; version <= 9; version++) {
      // when
      var answer =
          (JoinGroupResponseData)
              ask(ApiMessageType.JOIN_GROUP, version, new JoinGroupRequestData().setGroupId("g"));

      // then
      assertThat(answer.errorCode()).isEqualTo(Errors.GROUP_MAX_SIZE_REACHED.code());
    }
  }

  @Test
  void shouldForgetAJoinWhoseClientHasGone() throws Exception {
    // given
    fixture.groups.script = request -> null;

    // when
    try (RawKafkaClient client = fixture.connect()) {
      client.send(ApiMessageType.JOIN_GROUP, 9, 1, new JoinGroupRequestData().setGroupId("g"));
      KafkaFixture.until(() -> fixture.groups.asked.size() == 1);
    }

    // then
    KafkaFixture.until(() -> fixture.groups.forgotten.get() == 1);
  }

  @Test
  void shouldSyncHeartbeatAndLeaveInEveryVersion() throws Exception {
    fixture.groups.script = GroupApisIT::answerOfClassic;
    for (int version = 0; version <= 5; version++) {
      // when
      var synced =
          (SyncGroupResponseData)
              ask(
                  ApiMessageType.SYNC_GROUP,
                  version,
                  new SyncGroupRequestData()
                      .setGroupId("g")
                      .setMemberId("m")
                      .setProtocolType(version < 5 ? null : "consumer")
                      .setProtocolName(version < 5 ? null : "range"));
      var left =
          (LeaveGroupResponseData)
              ask(
                  ApiMessageType.LEAVE_GROUP,
                  version,
                  version < 3
                      ? new LeaveGroupRequestData().setGroupId("g").setMemberId("m")
                      : new LeaveGroupRequestData()
                          .setGroupId("g")
                          .setMembers(
                              List.of(
                                  new LeaveGroupRequestData.MemberIdentity().setMemberId("m"))));

      // then
      assertThat(synced.assignment()).isEqualTo(BYTES);
      assertThat(version < 3 ? left.errorCode() : left.members().get(0).errorCode())
          .isEqualTo(Errors.UNKNOWN_MEMBER_ID.code());
      if (version <= 4) {
        var beat =
            (HeartbeatResponseData)
                ask(
                    ApiMessageType.HEARTBEAT,
                    version,
                    new HeartbeatRequestData().setGroupId("g").setMemberId("m"));
        assertThat(beat.errorCode()).isEqualTo(Errors.REBALANCE_IN_PROGRESS.code());
      }
    }
  }

  @Test
  void shouldRefuseASyncThatDoesNotNameItsProtocol() throws Exception {
    // when
    var answer =
        (SyncGroupResponseData)
            ask(
                ApiMessageType.SYNC_GROUP,
                5,
                new SyncGroupRequestData().setGroupId("g").setMemberId("m"));

    // then
    assertThat(answer.errorCode()).isEqualTo(Errors.INCONSISTENT_GROUP_PROTOCOL.code());
  }

  private static GroupResponse answerOfClassic(GroupRequest<?> request) {
    if (request instanceof GroupRequest.Sync) {
      return new GroupResponse.Synced(GroupError.NONE, "consumer", "range", OpaqueBytes.of(BYTES));
    } else if (request instanceof GroupRequest.Leave leave) {
      return new GroupResponse.Left(
          GroupError.NONE,
          List.of(
              new GroupResponse.LeaverResult(
                  leave.members().get(0).member(), GroupError.of(ErrorCode.UNKNOWN_MEMBER_ID))));
    }
    return new GroupResponse.Done(GroupError.of(ErrorCode.REBALANCE_IN_PROGRESS));
  }

  @Test
  void shouldCommitInEveryVersionAndKeepTheText() throws Exception {
    fixture.groups.script =
        request -> {
          GroupRequest.CommitOffsets commit = (GroupRequest.CommitOffsets) request;
          return new GroupResponse.OffsetsCommitted(
              GroupError.NONE,
              commit.offsets().stream()
                  .map(one -> new GroupResponse.PartitionResult(one.partition(), GroupError.NONE))
                  .toList());
        };
    for (int version = 2; version <= 10; version++) {
      // when
      OffsetCommitRequestTopic topic =
          new OffsetCommitRequestTopic()
              .setPartitions(
                  List.of(
                      new OffsetCommitRequestPartition()
                          .setPartitionIndex(0)
                          .setCommittedOffset(42)
                          .setCommittedMetadata("note"),
                      new OffsetCommitRequestPartition().setPartitionIndex(99)));
      if (version >= 10) {
        topic.setTopicId(TopicIds.uuid(fixture.topic.id()));
      } else {
        topic.setName("t");
      }
      var answer =
          (OffsetCommitResponseData)
              ask(
                  ApiMessageType.OFFSET_COMMIT,
                  version,
                  new OffsetCommitRequestData().setGroupId("g").setTopics(List.of(topic)));
      GroupRequest.CommitOffsets asked =
          (GroupRequest.CommitOffsets) fixture.groups.asked.get(version - 2);

      // then
      var partitions = answer.topics().get(0).partitions();
      assertThat(partitions.get(0).errorCode()).isZero();
      assertThat(partitions.get(1).errorCode()).isEqualTo(Errors.UNKNOWN_TOPIC_OR_PARTITION.code());
      assertThat(asked.offsets())
          .containsExactly(new GroupRequest.OffsetCommit(FIRST, 42, -1, "note"));
    }
  }

  @Test
  void shouldFetchPositionsInEveryVersion() throws Exception {
    fixture.groups.script =
        request ->
            new GroupResponse.OffsetsFetched(
                GroupError.NONE,
                List.of(new GroupResponse.CommittedOffset(FIRST, 42, 1, "note", GroupError.NONE)));
    for (int version = 1; version <= 10; version++) {
      for (boolean all : version < 2 ? new boolean[] {false} : new boolean[] {false, true}) {
        // when
        OffsetFetchRequestData request = fetchRequest(version, all);
        var answer = (OffsetFetchResponseData) ask(ApiMessageType.OFFSET_FETCH, version, request);

        // then
        if (version < 8) {
          assertThat(answer.topics().get(0).partitions().get(0).committedOffset()).isEqualTo(42);
        } else {
          var partition = answer.groups().get(0).topics().get(0).partitions().get(0);
          assertThat(partition.committedOffset()).isEqualTo(42);
          assertThat(partition.metadata()).isEqualTo("note");
        }
      }
    }
  }

  @Test
  void shouldTellWhyPositionsCannotBeFetchedInEveryVersion() throws Exception {
    fixture.groups.script =
        request -> {
          throw new StreamException(ErrorCode.COORDINATOR_LOAD_IN_PROGRESS);
        };
    for (int version = 1; version <= 10; version++) {
      // when
      var answer =
          (OffsetFetchResponseData)
              ask(ApiMessageType.OFFSET_FETCH, version, fetchRequest(version, false));

      // then
      short expected = Errors.COORDINATOR_LOAD_IN_PROGRESS.code();
      if (version < 2) {
        assertThat(answer.topics().get(0).partitions().get(0).errorCode()).isEqualTo(expected);
      } else if (version < 8) {
        assertThat(answer.errorCode()).isEqualTo(expected);
      } else {
        assertThat(answer.groups().get(0).errorCode()).isEqualTo(expected);
      }
    }
  }

  private OffsetFetchRequestData fetchRequest(int version, boolean all) {
    if (version < 8) {
      return new OffsetFetchRequestData()
          .setGroupId("g")
          .setTopics(
              all
                  ? null
                  : List.of(
                      new OffsetFetchRequestTopic().setName("t").setPartitionIndexes(List.of(0))));
    }
    OffsetFetchRequestTopics topic = new OffsetFetchRequestTopics().setPartitionIndexes(List.of(0));
    if (version >= 10) {
      topic.setTopicId(TopicIds.uuid(fixture.topic.id()));
    } else {
      topic.setName("t");
    }
    return new OffsetFetchRequestData()
        .setGroups(
            List.of(
                new OffsetFetchRequestGroup()
                    .setGroupId("g")
                    .setTopics(all ? null : List.of(topic))));
  }

  @Test
  void shouldListDescribeAndDeleteInEveryVersion() throws Exception {
    fixture.groups.listed =
        List.of(new GroupResponse.Listed("g", "consumer", GroupState.STABLE, GroupType.CLASSIC));
    fixture.groups.script =
        request ->
            request instanceof GroupRequest.Describe
                ? described(GroupType.CLASSIC)
                : new GroupResponse.Done(GroupError.of(ErrorCode.NON_EMPTY_GROUP));
    for (int version = 0; version <= 6; version++) {
      if (version <= 5) {
        var request = new ListGroupsRequestData();
        if (version >= 4) {
          request.setStatesFilter(List.of("stable", "Empty"));
        }
        var listed = (ListGroupsResponseData) ask(ApiMessageType.LIST_GROUPS, version, request);
        assertThat(listed.groups().get(0).groupId()).isEqualTo("g");
        assertThat(fixture.groups.askedStates).hasSize(version >= 4 ? 2 : 0);
      }
      var described =
          (DescribeGroupsResponseData)
              ask(
                  ApiMessageType.DESCRIBE_GROUPS,
                  version,
                  new DescribeGroupsRequestData().setGroups(List.of("g")));
      assertThat(described.groups().get(0).groupState()).isEqualTo("Stable");
      assertThat(described.groups().get(0).members().get(0).memberMetadata()).isEqualTo(BYTES);
      if (version <= 2) {
        var deleted =
            (DeleteGroupsResponseData)
                ask(
                    ApiMessageType.DELETE_GROUPS,
                    version,
                    new DeleteGroupsRequestData().setGroupsNames(List.of("g", "g")));
        assertThat(deleted.results().find("g").errorCode())
            .isEqualTo(Errors.NON_EMPTY_GROUP.code());
      }
    }
  }

  private GroupResponse.Described described(GroupType type) {
    TopicPartitions owned = new TopicPartitions(fixture.topic.id(), List.of(0, 2));
    return new GroupResponse.Described(
        GroupError.NONE,
        "g",
        type,
        GroupState.STABLE,
        5,
        4,
        "consumer",
        "uniform",
        "",
        List.of(
            new GroupResponse.DescribedMember(
                new GroupRequest.Member("m", Optional.of("i")),
                new GroupRequest.ClientOrigin("c", "/h"),
                type,
                5,
                Optional.empty(),
                OpaqueBytes.of(BYTES),
                OpaqueBytes.of(BYTES),
                List.of("t"),
                "",
                List.of(owned),
                List.of(owned))));
  }

  @Test
  void shouldDescribeConsumerGroupsAndNoOthers() throws Exception {
    for (int version = 0; version <= 1; version++) {
      for (GroupType type : GroupType.values()) {
        // when
        fixture.groups.script = request -> described(type);
        var answer =
            (ConsumerGroupDescribeResponseData)
                ask(
                    ApiMessageType.CONSUMER_GROUP_DESCRIBE,
                    version,
                    new ConsumerGroupDescribeRequestData().setGroupIds(List.of("g")));
        var group = answer.groups().get(0);

        // then
        if (type == GroupType.CONSUMER) {
          assertThat(group.members().get(0).assignment().topicPartitions().get(0).topicName())
              .isEqualTo("t");
          assertThat(group.assignmentEpoch()).isEqualTo(4);
        } else {
          assertThat(group.errorCode()).isEqualTo(Errors.GROUP_ID_NOT_FOUND.code());
        }
      }
    }
  }

  @Test
  void shouldHeartbeatAsAConsumer() throws Exception {
    fixture.groups.script =
        request ->
            new GroupResponse.ConsumerHeartbeatDone(
                GroupError.NONE,
                "m",
                6,
                5_000,
                List.of(new TopicPartitions(fixture.topic.id(), List.of(1))));
    for (int version = 0; version <= 1; version++) {
      // when
      var answer =
          (ConsumerGroupHeartbeatResponseData)
              ask(
                  ApiMessageType.CONSUMER_GROUP_HEARTBEAT,
                  version,
                  new ConsumerGroupHeartbeatRequestData()
                      .setGroupId("g")
                      .setMemberId("m")
                      .setSubscribedTopicNames(List.of("t")));

      // then
      assertThat(answer.memberEpoch()).isEqualTo(6);
      assertThat(answer.assignment().topicPartitions().get(0).partitions()).containsExactly(1);
    }
  }

  @Test
  void shouldAnswerACoordinatorsFailureInEveryApi() throws Exception {
    for (ApiMessageType api :
        List.of(
            ApiMessageType.JOIN_GROUP,
            ApiMessageType.SYNC_GROUP,
            ApiMessageType.HEARTBEAT,
            ApiMessageType.LEAVE_GROUP,
            ApiMessageType.OFFSET_DELETE,
            ApiMessageType.DESCRIBE_GROUPS,
            ApiMessageType.DELETE_GROUPS,
            ApiMessageType.CONSUMER_GROUP_HEARTBEAT,
            ApiMessageType.CONSUMER_GROUP_DESCRIBE)) {
      for (int v = api.lowestSupportedVersion(); v <= api.highestSupportedVersion(false); v++) {
        assertThat(ask(api, v, api.newRequest())).as("%s v%s", api, v).isNotNull();
      }
    }
  }
}
