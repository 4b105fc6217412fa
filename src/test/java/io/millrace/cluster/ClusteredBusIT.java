package io.millrace.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Two nodes with real discovery and a real bus, over loopback. */
class ClusteredBusIT {
  private final List<BusNode> nodes = new ArrayList<>();

  private BusNode start(int id, long starts, Map<String, String> more) {
    List<HostPort> seeds = nodes.stream().map(BusNode::discovery).toList();
    BusNode node = new BusNode(id, starts, seeds, more);
    nodes.add(node);
    return node;
  }

  private void pair(Map<String, String> ofOne, Map<String, String> ofTwo) {
    start(1, 1, ofOne).listen(7);
    start(2, 1, ofTwo).listen(7);
    BusNode.until(() -> nodes.get(0).node().routes().hasRoute("2"));
    BusNode.until(() -> nodes.get(1).node().routes().hasRoute("1"));
  }

  @AfterEach
  void stop() {
    nodes.forEach(BusNode::close);
  }

  @Test
  void shouldDeliverBothWaysAndToItself() throws Exception {
    // given
    pair(Map.of(), Map.of());
    BusNode one = nodes.get(0);
    BusNode two = nodes.get(1);

    // when
    assertThat(one.send(2, 7, 12)).isTrue();
    assertThat(two.send(1, 7, 21)).isTrue();

    // then
    assertThat(two.receive()).isEqualTo(12);
    assertThat(one.receive()).isEqualTo(21);

    // when
    assertThat(one.send(1, 7, 11)).isTrue();

    // then
    assertThat(one.receive()).isEqualTo(11);
    assertThat(one.send(9, 7, 19)).as("nobody knows node 9").isFalse();
  }

  @Test
  void shouldMeasureWhatIsNotTaken() {
    // given
    pair(Map.of(), Map.of());
    BusNode one = nodes.get(0);

    // when
    one.send(9, 7, 19);
    one.send(2, 7, 12);

    // then
    assertThat(one.meters())
        .contains("millrace_bus_peer_refused_total{reason=\"no route\"} 1.0")
        .contains("millrace_bus_peer_refused_total{reason=\"no room\"} 0.0")
        .contains("millrace_bus_peer_inflight_bytes{lane=\"records\"}");
  }

  @Test
  void shouldGoOnWithoutDiscovery() throws Exception {
    // given
    pair(Map.of(), Map.of());
    BusNode one = nodes.get(0);
    BusNode two = nodes.get(1);
    one.send(2, 7, 1);
    two.receive();

    // when
    one.node().stopDiscovery();

    // then
    assertThat(two.hint(PeerHint.Kind.DEPARTED).key()).isEqualTo("1");
    two.send(1, 7, 2);
    assertThat(one.receive()).isEqualTo(2);
    one.listen(8);
    two.send(1, 8, 3);
    assertThat(one.receive()).as("to an address that nobody sent to before").isEqualTo(3);
    one.send(2, 7, 4);
    assertThat(two.receive()).isEqualTo(4);
  }

  @Test
  void shouldFollowANodeToItsNextLife() throws Exception {
    // given
    pair(Map.of(), Map.of());
    BusNode one = nodes.get(0);
    BusNode two = nodes.get(1);
    one.send(2, 7, 1);
    two.receive();
    long before = one.node().routes().find("2").orElseThrow().number();

    // when
    nodes.remove(two);
    two.close();

    // then
    assertThat(one.hint(PeerHint.Kind.CONNECTION_CLOSED).key()).isEqualTo("2");
    assertThat(one.node().routes().find("2")).as("a departure deletes no route").isPresent();

    // when
    BusNode again = start(2, 2, Map.of());
    again.listen(7);
    BusNode.until(() -> one.node().routes().find("2").orElseThrow().number() > before);
    one.send(2, 7, 2);

    // then
    assertThat(again.receive()).isEqualTo(2);
  }

  @Test
  void shouldSpeakWithNodesThatProveWhoTheyAre() throws Exception {
    // given
    pair(BusNode.tls("1"), BusNode.tls("2"));

    // when
    nodes.get(0).send(2, 7, 5);
    nodes.get(1).send(1, 7, 6);

    // then
    assertThat(nodes.get(1).receive()).isEqualTo(5);
    assertThat(nodes.get(0).receive()).isEqualTo(6);
  }
}
