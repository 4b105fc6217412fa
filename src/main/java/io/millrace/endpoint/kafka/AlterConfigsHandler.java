package io.millrace.endpoint.kafka;

import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.message.AlterConfigsRequestData;
import org.apache.kafka.common.message.AlterConfigsRequestData.AlterConfigsResource;
import org.apache.kafka.common.message.AlterConfigsResponseData;
import org.apache.kafka.common.message.AlterConfigsResponseData.AlterConfigsResourceResponse;
import org.apache.kafka.common.message.ApiMessageType;

/** Gives topics new settings in place of all that were set before. */
final class AlterConfigsHandler extends ApiHandler<AlterConfigsRequestData> {
  private static final int MIN_VERSION = 0;
  private static final int MAX_VERSION = 2;

  private final ConfigResources resources;

  AlterConfigsHandler(KafkaLoop loop) {
    super(ApiMessageType.ALTER_CONFIGS, AlterConfigsRequestData::new, MIN_VERSION, MAX_VERSION);
    this.resources = new ConfigResources(loop);
  }

  @Override
  void handle(AlterConfigsRequestData request, KafkaCall call) {
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
                  changes -> {
                    changes.clear();
                    resource
                        .configs()
                        .forEach(config -> changes.set(config.name(), config.value()));
                  })
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
                    new AlterConfigsResponseData()
                        .setResponses(results.stream().map(Future::result).toList())))
        .onFailure(call::fail);
  }
}
