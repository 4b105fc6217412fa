package io.millrace.endpoint.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchRequestData.FetchPartition;
import org.apache.kafka.common.message.FetchRequestData.FetchTopic;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.Test;

/** How many sessions there are, who may go on with them, and when they end. */
final class FetchSessionsTest {
  private final FetchSessionSlots slots = new FetchSessionSlots(2, 10);
  private final AtomicInteger ids = new AtomicInteger(-3);
  private final AtomicLong now = new AtomicLong();
  private final FetchSessions sessions =
      new FetchSessions(slots, ids::incrementAndGet, () -> now.get());
  private final Object client = new Object();

  private static FetchRequestData request(int sessionId, int epoch, int... partitions) {
    List<FetchPartition> asked = new ArrayList<>();
    IntStream.of(partitions)
        .forEach(number -> asked.add(new FetchPartition().setPartition(number)));
    return new FetchRequestData()
        .setSessionId(sessionId)
        .setSessionEpoch(epoch)
        .setTopics(List.of(new FetchTopic().setTopic("t").setPartitions(asked)));
  }

  private FetchScope scope(Object from, FetchRequestData request) {
    return sessions.scope(request, false, from);
  }

  private FetchSession begin(Object from, int... partitions) {
    return ((FetchScope.InSession) scope(from, request(0, 0, partitions))).session();
  }

  private void assertUnknown(Object from, FetchSession session) {
    assertThat(scope(from, request(session.id(), session.nextEpoch())))
        .isEqualTo(new FetchScope.Refused(Errors.FETCH_SESSION_ID_NOT_FOUND));
  }

  @Test
  void shouldGiveIdsAboveZero() {
    // when
    FetchSession first = begin(client, 0);
    FetchSession second = begin(client, 0);

    // then
    assertThat(first.id()).isEqualTo(1);
    assertThat(second.id()).isEqualTo(2);
  }

  @Test
  void shouldServeWithoutASessionWhenAllSlotsAreTaken() {
    // given
    begin(client, 0);
    FetchSession last = begin(client, 0);

    // when
    FetchScope more = scope(client, request(0, 0, 0, 1));

    // then
    assertThat(((FetchScope.Sessionless) more).partitions()).hasSize(2);
    assertThat(scope(client, request(last.id(), 1))).isInstanceOf(FetchScope.InSession.class);
    assertThat(slots.sessions()).isEqualTo(2);
  }

  @Test
  void shouldReplaceTheSessionThatWasNotUsedForLongest() {
    // given
    FetchSession unused = begin(client, 0);
    FetchSession used = begin(client, 0);
    now.set(TimeUnit.SECONDS.toNanos(100));
    scope(client, request(used.id(), 1));
    now.set(TimeUnit.SECONDS.toNanos(121));

    // when
    FetchSession young = begin(client, 0, 1);

    // then
    assertUnknown(client, unused);
    assertThat(scope(client, request(used.id(), 2))).isInstanceOf(FetchScope.InSession.class);
    assertThat(young.size()).isEqualTo(2);
    assertThat(slots.sessions()).isEqualTo(2);
    assertThat(slots.partitions()).isEqualTo(3);
  }

  @Test
  void shouldBoundThePartitionsOfAllSessions() {
    // given
    FetchSession session = begin(client, 0, 1, 2, 3, 4, 5);

    // when
    FetchScope other = scope(client, request(0, 0, 0, 1, 2, 3, 4));
    FetchScope grown = scope(client, request(session.id(), 1, 6, 7, 8, 9, 10));

    // then
    assertThat(other).isInstanceOf(FetchScope.Sessionless.class);
    assertThat(((FetchScope.Sessionless) grown).partitions()).hasSize(11);
    assertUnknown(client, session);
    assertThat(slots.partitions()).isZero();
  }

  @Test
  void shouldKnowASessionOnItsConnectionOnly() {
    // given
    FetchSession session = begin(client, 0);

    // when
    Object stranger = new Object();

    // then
    assertUnknown(stranger, session);
    scope(stranger, request(session.id(), -1));
    assertThat(scope(client, request(session.id(), 1))).isInstanceOf(FetchScope.InSession.class);
  }

  @Test
  void shouldEndSessionsWithTheirConnection() {
    // given
    Object other = new Object();
    FetchSession mine = begin(client, 0, 1);
    FetchSession theirs = begin(other, 0);

    // when
    sessions.closeOf(client);

    // then
    assertUnknown(client, mine);
    assertThat(scope(other, request(theirs.id(), 1))).isInstanceOf(FetchScope.InSession.class);
    assertThat(slots.sessions()).isEqualTo(1);
    assertThat(slots.partitions()).isEqualTo(1);
  }

  @Test
  void shouldCountEpochsFromOneAgainAfterTheLargest() {
    // given
    FetchSession session = new FetchSession(7, client, false, 0);

    // when
    session.advance(0);

    // then
    assertThat(session.nextEpoch()).isEqualTo(2);
    assertThat(FetchSession.epochAfter(Integer.MAX_VALUE)).isEqualTo(1);
  }

  @Test
  void shouldReadWhatHadRecordsAfterTheOthers() {
    // given
    FetchSession session = begin(client, 0, 1, 2);

    // when
    session.toEnd(session.partitions().get(0));

    // then
    assertThat(session.partitions())
        .extracting(partition -> partition.key().partition())
        .containsExactly(1, 2, 0);
  }
}
