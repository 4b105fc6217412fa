package io.millrace.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.model.NodeId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class RouteTableTest {
  private static final NodeId TWO = new NodeId(2);
  private static final HostPort HERE = new HostPort("10.0.0.2", 7801);
  private static final HostPort THERE = new HostPort("10.0.0.9", 7801);

  private final RouteTable table = new RouteTable();
  private final List<String> changes = new ArrayList<>();

  RouteTableTest() {
    table.onChange(changes::add);
  }

  private static MemberAttributes member(Optional<NodeId> id, long starts, HostPort bus) {
    return new MemberAttributes(Optional.of("c"), id, "dir", starts, bus);
  }

  private HostPort bus(String key) {
    return table.find(key).orElseThrow().bus();
  }

  @Test
  void shouldFindAMemberByItsDirectoryAndByItsId() {
    // when
    table.member(member(Optional.empty(), 1, HERE));

    // then
    assertThat(bus("d-dir")).isEqualTo(HERE);
    assertThat(table.hasRoute("2")).isFalse();

    // when
    table.member(member(Optional.of(TWO), 2, THERE));

    // then
    assertThat(bus("d-dir")).isEqualTo(THERE);
    assertThat(bus("2")).isEqualTo(THERE);
    assertThat(changes).containsExactly("d-dir", "d-dir", "2");
  }

  @Test
  void shouldNotGoBackToAnEarlierLife() {
    // given
    table.member(member(Optional.of(TWO), 5, HERE));

    // when
    table.member(member(Optional.of(TWO), 4, THERE));
    table.member(member(Optional.of(TWO), 5, THERE));

    // then
    assertThat(bus("2")).isEqualTo(HERE);
  }

  @Test
  void shouldFollowALaterRegistration() {
    // given
    table.registered(TWO, "dir", 10, HERE);

    // when
    table.registered(TWO, "dir", 9, THERE);

    // then
    assertThat(bus("2")).isEqualTo(HERE);

    // when
    table.registered(TWO, "dir", 11, THERE);

    // then
    assertThat(bus("2")).isEqualTo(THERE);
  }

  @Test
  void shouldKeepTheConnectionWhenTheRegistrationSaysWhatTheMemberSaid() {
    // given
    table.member(member(Optional.of(TWO), 5, HERE));
    Route before = table.find("2").orElseThrow();

    // when
    table.registered(TWO, "dir", 10, HERE);

    // then
    assertThat(table.find("2")).contains(before);

    // when: it is started again at the same place, and registers again
    table.member(member(Optional.of(TWO), 6, HERE));
    Route later = table.find("2").orElseThrow();
    table.registered(TWO, "dir", 20, HERE);

    // then: one new connection, not two
    assertThat(later.number()).isGreaterThan(before.number());
    assertThat(table.find("2")).contains(later);
  }

  @Test
  void shouldOpenANewConnectionToALaterLifeThatNobodyDiscovered() {
    // given
    table.registered(TWO, "dir", 10, HERE);
    Route before = table.find("2").orElseThrow();

    // when
    table.registered(TWO, "dir", 11, HERE);

    // then
    assertThat(table.find("2").orElseThrow().number()).isGreaterThan(before.number());
  }

  @Test
  void shouldNotListenToAnotherDirectoryThatClaimsTheNode() {
    // given
    table.registered(TWO, "dir", 10, HERE);

    // when
    table.member(new MemberAttributes(Optional.of("c"), Optional.of(TWO), "other", 99, THERE));

    // then
    assertThat(bus("2")).isEqualTo(HERE);

    // when: the cluster itself has accepted the other directory
    table.registered(TWO, "other", 11, THERE);

    // then
    assertThat(bus("2")).isEqualTo(THERE);
  }

  @Test
  void shouldKeepMessagesToItselfWithinTheProcess() {
    // given
    table.addSelf("d-dir");
    table.addSelf("2");

    // when
    table.member(member(Optional.of(TWO), 1, THERE));

    // then
    assertThat(table.selfKey()).isEqualTo("2");
    assertThat(table.isSelf("d-dir")).isTrue();
    assertThat(table.hasRoute("2")).isTrue();
    assertThat(table.find("2")).isEmpty();
  }
}
