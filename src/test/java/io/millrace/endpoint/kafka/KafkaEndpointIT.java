package io.millrace.endpoint.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.NetworkInterface;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.message.ApiMessageType;
import org.apache.kafka.common.message.ApiVersionsRequestData;
import org.apache.kafka.common.message.ApiVersionsResponseData;
import org.apache.kafka.common.message.MetadataRequestData;
import org.apache.kafka.common.message.MetadataRequestData.MetadataRequestTopic;
import org.apache.kafka.common.message.MetadataResponseData;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KafkaEndpointIT {
  @TempDir static Path data;
  private static KafkaBroker broker;

  @BeforeAll
  static void start() {
    broker = new KafkaBroker(data, "socket.request.max.bytes", "100000");
  }

  @AfterAll
  static void stop() {
    broker.close();
  }

  private static RawKafkaClient connect() throws Exception {
    return new RawKafkaClient("127.0.0.1", broker.port());
  }

  @Test
  void shouldAnswerEveryVersionOfApiVersions() throws Exception {
    for (int version = 0; version <= 4; version++) {
      try (RawKafkaClient client = connect()) {
        // when
        client.send(
            ApiMessageType.API_VERSIONS,
            version,
            7,
            new ApiVersionsRequestData()
                .setClientSoftwareName("test")
                .setClientSoftwareVersion("1.0"));
        ApiVersionsResponseData answer =
            (ApiVersionsResponseData) client.receive(ApiMessageType.API_VERSIONS, version, 7);

        // then
        assertThat(answer.errorCode()).isZero();
        assertThat(answer.apiKeys().find(ApiMessageType.METADATA.apiKey())).isNotNull();
      }
    }
  }

  @Test
  void shouldAnswerAnUnknownVersionOfApiVersionsInVersion0() throws Exception {
    try (RawKafkaClient client = connect()) {
      // given
      byte[] request =
          RawKafkaClient.frame(ApiMessageType.API_VERSIONS, 4, 7, new ApiVersionsRequestData());
      ByteBuffer.wrap(request).putShort(2, (short) 99);

      // when
      client.send(request);
      ApiVersionsResponseData answer =
          (ApiVersionsResponseData) client.receive(ApiMessageType.API_VERSIONS, 0, 7);

      // then
      assertThat(answer.errorCode()).isEqualTo(Errors.UNSUPPORTED_VERSION.code());
      assertThat(answer.apiKeys())
          .singleElement()
          .satisfies(range -> assertThat(range.maxVersion()).isEqualTo((short) 4));
    }
  }

  @Test
  void shouldTellClientsTheAddressThatTheyConnectedTo() throws Exception {
    for (InetAddress address : InetAddress.getAllByName("localhost")) {
      if (NetworkInterface.getByInetAddress(address) == null) {
        continue;
      }
      try (RawKafkaClient client = new RawKafkaClient(address.getHostAddress(), broker.port())) {
        // when
        client.send(ApiMessageType.METADATA, 9, 1, new MetadataRequestData().setTopics(List.of()));
        MetadataResponseData answer =
            (MetadataResponseData) client.receive(ApiMessageType.METADATA, 9, 1);

        // then
        assertThat(answer.brokers())
            .singleElement()
            .satisfies(
                node -> {
                  assertThat(InetAddress.getByName(node.host())).isEqualTo(address);
                  assertThat(node.port()).isEqualTo(broker.port());
                });
      }
    }
  }

  @Test
  void shouldMakeTopicsThatClientsAskForInEveryVersionOfMetadata() throws Exception {
    for (int version = 0; version <= 13; version++) {
      try (RawKafkaClient client = connect()) {
        // when
        client.send(
            ApiMessageType.METADATA,
            version,
            1,
            new MetadataRequestData()
                .setTopics(List.of(new MetadataRequestTopic().setName("auto-" + version))));
        MetadataResponseData answer =
            (MetadataResponseData) client.receive(ApiMessageType.METADATA, version, 1);

        // then
        assertThat(answer.topics())
            .singleElement()
            .satisfies(
                topic -> {
                  assertThat(topic.errorCode()).isZero();
                  assertThat(topic.partitions()).hasSize(1);
                });
      }
    }
  }

  @Test
  void shouldAnswerPipelinedRequestsInOrder() throws Exception {
    try (RawKafkaClient client = connect()) {
      // when
      for (int i = 0; i < 300; i++) {
        boolean slow = i % 3 == 0;
        if (slow) {
          client.send(
              ApiMessageType.METADATA,
              9,
              i,
              new MetadataRequestData()
                  .setTopics(List.of(new MetadataRequestTopic().setName("pipelined-" + i))));
        } else {
          client.send(ApiMessageType.API_VERSIONS, 0, i, new ApiVersionsRequestData());
        }
      }

      // then
      for (int i = 0; i < 300; i++) {
        assertThat(ByteBuffer.wrap(client.receiveFrame()).getInt()).isEqualTo(i);
      }
    }
  }

  @Test
  void shouldCloseOnlyTheConnectionThatMisbehaves() throws Exception {
    byte[] metadata =
        RawKafkaClient.frame(
            ApiMessageType.METADATA, 4, 1, new MetadataRequestData().setTopics(List.of()));
    byte[] unknownApi = metadata.clone();
    ByteBuffer.wrap(unknownApi).putShort(0, (short) 9_999);
    byte[] unknownVersion = metadata.clone();
    ByteBuffer.wrap(unknownVersion).putShort(2, (short) 77);
    byte[] hugeCount = metadata.clone();
    ByteBuffer.wrap(hugeCount).putInt(hugeCount.length - 5, Integer.MAX_VALUE);
    byte[] truncated = java.util.Arrays.copyOf(metadata, metadata.length - 1);
    byte[] tooLong = ByteBuffer.allocate(4).putInt(100_001).array();
    byte[] negative = ByteBuffer.allocate(4).putInt(-1).array();

    try (RawKafkaClient good = connect()) {
      for (byte[] bad :
          List.of(unknownApi, unknownVersion, hugeCount, truncated, new byte[3], new byte[8])) {
        try (RawKafkaClient client = connect()) {
          // when
          client.send(bad);

          // then
          assertThat(client.isClosedByPeer()).as("frame %s", bad.length).isTrue();
        }
      }
      for (byte[] bad : List.of(tooLong, negative, "GET / HTTP/1.1\r\n\r\n".getBytes())) {
        try (RawKafkaClient client = connect()) {
          client.sendRaw(bad);
          assertThat(client.isClosedByPeer()).isTrue();
        }
      }
      good.send(metadata);
      assertThat(good.receive(ApiMessageType.METADATA, 4, 1)).isNotNull();
    }
  }

  @Test
  void shouldServeKafkasAdminClient() throws Exception {
    try (Admin admin = broker.admin()) {
      // when
      var topics = KafkaBroker.await(admin.listTopics().names());

      // then
      assertThat(topics).doesNotContain("__consumer_offsets");
    }
  }
}
