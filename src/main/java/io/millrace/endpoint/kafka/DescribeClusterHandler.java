package io.millrace.endpoint.kafka;

import org.apache.kafka.common.message.ApiMessageType;
import org.apache.kafka.common.message.DescribeClusterRequestData;
import org.apache.kafka.common.message.DescribeClusterResponseData;
import org.apache.kafka.common.message.DescribeClusterResponseData.DescribeClusterBroker;
import org.apache.kafka.common.message.DescribeClusterResponseData.DescribeClusterBrokerCollection;
import org.apache.kafka.common.protocol.Errors;

/** Says which brokers there are (KIP-700). */
final class DescribeClusterHandler extends ApiHandler<DescribeClusterRequestData> {
  private static final int MIN_VERSION = 0;
  private static final int MAX_VERSION = 2;
  private static final int FENCED_VERSION = 2;
  private static final byte BROKERS = 1;

  private final KafkaLoop loop;

  DescribeClusterHandler(KafkaLoop loop) {
    super(
        ApiMessageType.DESCRIBE_CLUSTER, DescribeClusterRequestData::new, MIN_VERSION, MAX_VERSION);
    this.loop = loop;
  }

  @Override
  void handle(DescribeClusterRequestData request, KafkaCall call) {
    DescribeClusterResponseData response =
        new DescribeClusterResponseData().setEndpointType(request.endpointType());
    if (request.endpointType() != BROKERS) {
      call.answer(
          response
              .setErrorCode(Errors.MISMATCHED_ENDPOINT_TYPE.code())
              .setErrorMessage(
                  "this is a broker's address; there are no addresses of controllers"));
      return;
    }
    Brokers known = Brokers.of(call);
    DescribeClusterBrokerCollection brokers = new DescribeClusterBrokerCollection();
    for (Brokers.Broker broker : known.all(request.includeFencedBrokers())) {
      brokers.add(
          new DescribeClusterBroker()
              .setBrokerId(broker.id())
              .setHost(broker.address().host())
              .setPort(broker.address().port())
              .setRack(broker.rack())
              .setIsFenced(call.version() >= FENCED_VERSION && broker.fenced()));
    }
    call.answer(
        response
            .setClusterId(loop.image().clusterId())
            .setControllerId(known.controller())
            .setBrokers(brokers)
            .setClusterAuthorizedOperations(
                request.includeClusterAuthorizedOperations()
                    ? Operations.CLUSTER
                    : Operations.NOT_ASKED));
  }
}
