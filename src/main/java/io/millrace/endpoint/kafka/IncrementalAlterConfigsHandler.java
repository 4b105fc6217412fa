package io.millrace.endpoint.kafka;

import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.message.ApiMessageType;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData.AlterConfigsResource;
import org.apache.kafka.common.message.IncrementalAlterConfigsResponseData;
import org.apache.kafka.common.message.IncrementalAlterConfigsResponseData.AlterConfigsResourceResponse;

/** Changes some settings of topics and leaves the others (KIP-339). */
final class IncrementalAlterConfigsHandler extends ApiHandler<IncrementalAlterConfigsRequestData> {
  private static final int MIN_VERSION = 0;
  private static final int MAX_VERSION = 1;

  private final ConfigResources resources;

  IncrementalAlterConfigsHandler(KafkaLoop loop) {
    super(
        ApiMessageType.INCREMENTAL_ALTER_CONFIGS,
        IncrementalAlterConfigsRequestData::new,
        MIN_VERSION,
        MAX_VERSION);
    this.resources = new ConfigResources(loop);
  }

  @Override
  void handle(IncrementalAlterConfigsRequestData request, KafkaCall call) {
    List<Future<AlterConfigsResourceResponse>> results = new ArrayList<>();
    for (AlterConfigsResource resource : request.resources()) {
      AlterConfigsResourceResponse result =
          new AlterConfigsResourceResponse()
              .setResourceType(resource.resourceType())
              .setResourceName(resource.resourceName());
      results.add(
          resources
              .alter(
                  resource.resourceType(),
                  resource.resourceName(),
                  request.validateOnly(),
                  changes ->
                      resource
                          .configs()
                          .forEach(
                              config ->
                                  changes.apply(
                                      config.configOperation(), config.name(), config.value())))
              .map(result)
              .otherwise(
                  failure ->
                      result
                          .setErrorCode(KafkaErrors.of(failure).code())
                          .setErrorMessage(failure.getMessage())));
    }
    Future.all(results)
        .onSuccess(
            done ->
                call.answer(
                    new IncrementalAlterConfigsResponseData()
                        .setResponses(results.stream().map(Future::result).toList())))
        .onFailure(call::fail);
  }
}
