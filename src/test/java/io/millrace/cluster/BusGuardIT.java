package io.millrace.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.bus.Addresses;
import io.millrace.bus.FetchReply;
import io.millrace.bus.LoopMail;
import io.millrace.bus.Sender;
import io.millrace.bus.ShardReply;
import io.millrace.model.ErrorCode;
import io.millrace.model.NodeId;
import io.millrace.record.RecordSlice;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a node does with those who reach its bus and are no node, or not the right one. */
class BusGuardIT {
  private static final int LAST_WORDS_BYTES = 1_000;
  private static final int TIMEOUT_MS = 20_000;

  private final List<BusNode> nodes = new ArrayList<>();

  private BusNode start(int id, Map<String, String> more) {
    List<HostPort> seeds = nodes.stream().map(BusNode::discovery).toList();
    BusNode node = new BusNode(id, 1, seeds, more);
    nodes.add(node);
    node.listen(1);
    return node;
  }

  @AfterEach
  void stop() {
    nodes.forEach(BusNode::close);
  }

  private static Socket connect(BusNode node) throws IOException {
    Socket socket = new Socket(node.busAddress().host(), node.busAddress().port());
    socket.setSoTimeout(TIMEOUT_MS);
    return socket;
  }

  /** Whether the other end closes, by a FIN or a reset, whatever it says before. */
  private static boolean isClosedByPeer(Socket socket) {
    try {
      return socket.getInputStream().readNBytes(LAST_WORDS_BYTES).length < LAST_WORDS_BYTES;
    } catch (java.net.SocketTimeoutException e) {
      return false;
    } catch (IOException e) {
      return true;
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {Integer.MAX_VALUE, -5, 0, 0x47455420})
  void shouldCloseAConnectionThatAnnouncesNonsenseAndGoOn(int length) throws Exception {
    // given
    BusNode one = start(1, Map.of());
    try (Socket socket = connect(one)) {
      // when
      socket.getOutputStream().write(ByteBuffer.allocate(64).putInt(0, length).array());

      // then
      assertThat(isClosedByPeer(socket)).isTrue();
    }
    one.send(1, 1, 5);
    assertThat(one.receive()).isEqualTo(5);
  }

  @Test
  void shouldNotMakeAnArrayOfTheSizeThatAFieldNames() throws Exception {
    // given
    BusNode one = start(1, Map.of());
    try (Socket socket = connect(one)) {
      ByteBuffer frame = ByteBuffer.allocate(100);
      frame.putInt(96).put((byte) 2).put((byte) -1).putInt(Integer.MAX_VALUE - 16);

      // when
      socket.getOutputStream().write(frame.array());

      // then
      assertThat(isClosedByPeer(socket)).isTrue();
    }
    one.send(1, 1, 6);
    assertThat(one.receive()).isEqualTo(6);
  }

  @Test
  void shouldDropAMessageThatCannotBeReadAndKeepTheConnection() throws Exception {
    // given
    BusNode one = start(1, Map.of());
    try (Socket socket = connect(one)) {
      byte[] address = "node.1.loop.1.mail".getBytes(StandardCharsets.UTF_8);
      byte[] codec = "millrace".getBytes(StandardCharsets.UTF_8);
      int length = 2 + 4 + codec.length + 1 + 4 + address.length + 4 + 4 + 1 + 4 + 3;
      ByteBuffer frame = ByteBuffer.allocate(4 + length).putInt(length);
      frame.put((byte) 2).put((byte) -1).putInt(codec.length).put(codec).put((byte) 0);
      frame.putInt(address.length).put(address).putInt(0).putInt(1).put((byte) 's').putInt(4);
      frame.put(new byte[] {9, 9, 9});

      // when
      socket.getOutputStream().write(frame.array());
      one.send(1, 1, 7);

      // then
      assertThat(one.receive()).isEqualTo(7);
      assertThat(one.isSilent()).isTrue();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"CP2", "GET /hazelcast/health HTTP/1.1\r\n\r\n", "stats\r\n"})
  void shouldSpeakWithMembersAloneOnTheDiscoveryPort(String hello) throws Exception {
    // given
    HostPort discovery = start(1, Map.of()).discovery();
    try (Socket socket = new Socket(discovery.host(), discovery.port())) {
      socket.setSoTimeout(TIMEOUT_MS);
      // when
      socket.getOutputStream().write(hello.getBytes(StandardCharsets.US_ASCII));

      // then
      assertThat(isClosedByPeer(socket)).isTrue();
    }
  }

  @Test
  void shouldRefuseWhatASlowPeerDoesNotTake() throws Exception {
    // given
    BusNode one = start(1, Map.of());
    try (ServerSocket deaf = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      one.node()
          .routes()
          .registered(new NodeId(5), "deaf", 1, new HostPort("127.0.0.1", deaf.getLocalPort()));
      Sender<LoopMail> sender = one.bus().sender(Addresses.nodeLoop("5", 1));
      long sent = 0;

      // when
      LoopMail refused = mail();
      while (sender.send(refused) && sent < 1_000) {
        sent++;
        refused = mail();
      }

      // then: what the kernel takes, and a mebibyte
      refused.discard();
      assertThat(sent).isLessThan(1_000);
    }
  }

  private static LoopMail mail() {
    FetchReply.Result records =
        new FetchReply.Result(ErrorCode.NONE, "", Optional.of(new Zeros()), 1, 0, 1);
    return new LoopMail(List.of(new ShardReply.ReadDone(1, List.of(records), false)));
  }

  /** A hundred thousand bytes that cost no memory. */
  private static final class Zeros implements RecordSlice {
    @Override
    public int sizeBytes() {
      return 100_000;
    }

    @Override
    public long baseOffset() {
      return 0;
    }

    @Override
    public long nextOffset() {
      return 1;
    }

    @Override
    public long transferTo(WritableByteChannel target, long position, long maxBytes) {
      throw new UnsupportedOperationException();
    }

    @Override
    public int read(ByteBuffer target, long position) {
      int count = target.remaining();
      target.position(target.limit());
      return count;
    }

    @Override
    public RecordSlice retain() {
      return this;
    }

    @Override
    public void release() {}
  }

  @Test
  void shouldNotTalkToAnotherNodeThanTheOneThatItMeans() throws Exception {
    // given
    BusNode one = start(1, BusNode.tls("1"));
    Map<String, String> asThree = new HashMap<>(BusNode.tls("3"));
    asThree.put("node.id", "3");
    BusNode impostor = start(2, asThree);
    BusNode.until(() -> one.node().routes().hasRoute("2"));

    // when
    one.send(2, 1, 5);

    // then
    assertThat(one.hint(PeerHint.Kind.CONNECTION_CLOSED).key()).isIn("2", "d-dir-2");
    assertThat(impostor.isSilent()).isTrue();
  }

  @Test
  void shouldRefuseThoseWithoutACertificateOfANode() throws Exception {
    // given
    BusNode one = start(1, BusNode.tls("1"));

    // when // then: no TLS, then TLS without a certificate, then a certificate that is no node's
    try (Socket plain = connect(one)) {
      plain.getOutputStream().write(new byte[64]);
      assertThat(isClosedByPeer(plain)).isTrue();
    }
    try (Socket anonymous = tls(one, "")) {
      assertThat(isClosedByPeer(anonymous)).isTrue();
    }
    try (Socket foreign = tls(one, "x")) {
      assertThat(isClosedByPeer(foreign)).isTrue();
    }
  }

  private static Socket tls(BusNode node, String certificate) throws Exception {
    CertificateFactory x509 = CertificateFactory.getInstance("X.509");
    KeyStore trusted = KeyStore.getInstance("PKCS12");
    trusted.load(null, null);
    trusted.setCertificateEntry("ca", read(x509, "cluster-ca-test-only.cert.pem"));
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(trusted);
    KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    KeyStore own = KeyStore.getInstance("PKCS12");
    own.load(null, null);
    if (!certificate.isEmpty()) {
      String name = "cluster-node-" + certificate + "-test-only.";
      String pem = Files.readString(Path.of(BusNode.file(name + "key.pem")));
      byte[] der = Base64.getMimeDecoder().decode(pem.replaceAll("-----[A-Z ]+-----", ""));
      own.setKeyEntry(
          "own",
          KeyFactory.getInstance("EC").generatePrivate(new PKCS8EncodedKeySpec(der)),
          new char[0],
          new Certificate[] {read(x509, name + "cert.pem")});
    }
    keys.init(own, new char[0]);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
    Socket socket =
        context.getSocketFactory().createSocket(node.busAddress().host(), node.busAddress().port());
    socket.setSoTimeout(TIMEOUT_MS);
    return socket;
  }

  private static Certificate read(CertificateFactory x509, String file) throws Exception {
    return x509.generateCertificate(
        new ByteArrayInputStream(Files.readAllBytes(Path.of(BusNode.file(file)))));
  }
}
