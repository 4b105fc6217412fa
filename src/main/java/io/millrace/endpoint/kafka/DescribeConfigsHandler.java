package io.millrace.endpoint.kafka;

import io.millrace.model.ErrorCode;
import io.millrace.model.StreamException;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.message.ApiMessageType;
import org.apache.kafka.common.message.DescribeConfigsRequestData;
import org.apache.kafka.common.message.DescribeConfigsRequestData.DescribeConfigsResource;
import org.apache.kafka.common.message.DescribeConfigsResponseData;
import org.apache.kafka.common.message.DescribeConfigsResponseData.DescribeConfigsResourceResult;
import org.apache.kafka.common.message.DescribeConfigsResponseData.DescribeConfigsResult;

/**
 * Describes settings of topics and of this broker, all of them with their defaults. Groups, loggers
 * and client metrics have none of their own.
 */
final class DescribeConfigsHandler extends ApiHandler<DescribeConfigsRequestData> {
  private static final int MIN_VERSION = 1;
  private static final int MAX_VERSION = 4;

  private final ConfigResources resources;
  private final ConfigEntries entries;

  DescribeConfigsHandler(KafkaLoop loop) {
    super(
        ApiMessageType.DESCRIBE_CONFIGS, DescribeConfigsRequestData::new, MIN_VERSION, MAX_VERSION);
    this.resources = new ConfigResources(loop);
    this.entries = new ConfigEntries(loop.settings());
  }

  @Override
  void handle(DescribeConfigsRequestData request, KafkaCall call) {
    List<DescribeConfigsResult> results = new ArrayList<>();
    for (DescribeConfigsResource resource : request.resources()) {
      DescribeConfigsResult result =
          new DescribeConfigsResult()
              .setResourceType(resource.resourceType())
              .setResourceName(resource.resourceName());
      try {
        result.setConfigs(describe(request, resource)).setErrorMessage("");
      } catch (StreamException e) {
        result.setErrorCode(KafkaErrors.of(e).code()).setErrorMessage(e.getMessage());
      }
      results.add(result);
    }
    call.answer(new DescribeConfigsResponseData().setResults(results));
  }

  private List<DescribeConfigsResourceResult> describe(
      DescribeConfigsRequestData request, DescribeConfigsResource resource) {
    boolean synonyms = request.includeSynonyms();
    boolean texts = request.includeDocumentation();
    List<String> keys = resource.configurationKeys();
    // Clients of old releases send an empty list for all.
    List<String> wanted = keys == null || keys.isEmpty() ? null : keys;
    return switch (ConfigResource.Type.forId(resource.resourceType())) {
      case TOPIC ->
          entries.ofTopic(
              resources.topic(resource.resourceName()).settings(), wanted, synonyms, texts);
      case BROKER -> ofBroker(resource.resourceName(), wanted, synonyms, texts);
      case GROUP, BROKER_LOGGER, CLIENT_METRICS -> List.of();
      default ->
          throw new StreamException(
              ErrorCode.INVALID_REQUEST,
              "resource type " + resource.resourceType() + ", expected 2 (topic) or 4 (broker)");
    };
  }

  private List<DescribeConfigsResourceResult> ofBroker(
      String name,
      @org.jspecify.annotations.Nullable List<String> wanted,
      boolean synonyms,
      boolean texts) {
    // No name stands for what all brokers are given while they run, of which there is nothing.
    if (name.isEmpty()) {
      return List.of();
    }
    resources.checkBroker(name);
    return entries.ofBroker(wanted, synonyms, texts);
  }
}
