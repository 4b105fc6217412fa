package io.millrace.endpoint.kafka;

import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.message.ApiMessageType;
import org.apache.kafka.common.message.InitProducerIdRequestData;
import org.apache.kafka.common.message.InitProducerIdResponseData;

/**
 * Gives an idempotent producer an id of its own, each time it asks (KIP-98, KIP-360). There are no
 * transactions.
 */
final class InitProducerIdHandler extends ApiHandler<InitProducerIdRequestData> {
  private static final int MIN_VERSION = 0;
  private static final int MAX_VERSION = 5;

  private final KafkaLoop loop;

  InitProducerIdHandler(KafkaLoop loop) {
    super(
        ApiMessageType.INIT_PRODUCER_ID, InitProducerIdRequestData::new, MIN_VERSION, MAX_VERSION);
    this.loop = loop;
  }

  @Override
  void handle(InitProducerIdRequestData request, KafkaCall call) {
    if (request.transactionalId() != null) {
      throw new InvalidRequestException(
          "this broker does not offer transactions: leave transactional.id out");
    }
    loop.metadata()
        .allocateProducerId()
        .onSuccess(
            id ->
                call.answer(
                    new InitProducerIdResponseData().setProducerId(id).setProducerEpoch((short) 0)))
        .onFailure(call::fail);
  }
}
