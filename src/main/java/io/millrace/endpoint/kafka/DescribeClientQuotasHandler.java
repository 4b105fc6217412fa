package io.millrace.endpoint.kafka;

import java.util.List;
import org.apache.kafka.common.message.ApiMessageType;
import org.apache.kafka.common.message.DescribeClientQuotasRequestData;
import org.apache.kafka.common.message.DescribeClientQuotasResponseData;

/** Says which quotas there are: none. */
final class DescribeClientQuotasHandler extends ApiHandler<DescribeClientQuotasRequestData> {
  private static final int MIN_VERSION = 0;
  private static final int MAX_VERSION = 1;

  DescribeClientQuotasHandler() {
    super(
        ApiMessageType.DESCRIBE_CLIENT_QUOTAS,
        DescribeClientQuotasRequestData::new,
        MIN_VERSION,
        MAX_VERSION);
  }

  @Override
  void handle(DescribeClientQuotasRequestData request, KafkaCall call) {
    call.answer(new DescribeClientQuotasResponseData().setEntries(List.of()));
  }
}
