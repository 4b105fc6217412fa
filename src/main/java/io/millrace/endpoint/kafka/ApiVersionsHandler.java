package io.millrace.endpoint.kafka;

import org.apache.kafka.common.message.ApiMessageType;
import org.apache.kafka.common.message.ApiVersionsRequestData;
import org.apache.kafka.common.message.ApiVersionsResponseData;
import org.apache.kafka.common.message.ApiVersionsResponseData.ApiVersion;
import org.apache.kafka.common.message.ApiVersionsResponseData.ApiVersionCollection;
import org.apache.kafka.common.message.ApiVersionsResponseData.FinalizedFeatureKey;
import org.apache.kafka.common.message.ApiVersionsResponseData.SupportedFeatureKey;
import org.apache.kafka.common.protocol.Errors;

/**
 * Says which APIs and versions there are. A client that asks in a version which is not known is
 * answered in version 0 with UNSUPPORTED_VERSION and the versions of this API (KIP-511).
 */
final class ApiVersionsHandler extends ApiHandler<ApiVersionsRequestData> {
  private static final int MIN_VERSION = 0;
  private static final int MAX_VERSION = 4;
  private static final int NAMED_CLIENT_VERSION = 3;
  private static final String GROUP_FEATURE = "group.version";
  private static final String NAME_PATTERN = "[a-zA-Z0-9](?:[a-zA-Z0-9\\-.]*[a-zA-Z0-9])?";

  private final Apis apis;

  ApiVersionsHandler(Apis apis) {
    super(ApiMessageType.API_VERSIONS, ApiVersionsRequestData::new, MIN_VERSION, MAX_VERSION);
    this.apis = apis;
  }

  @Override
  void handle(ApiVersionsRequestData request, KafkaCall call) {
    ApiVersionsResponseData response = new ApiVersionsResponseData();
    if (call.version() >= NAMED_CLIENT_VERSION && !isNamed(request)) {
      call.answer(response.setErrorCode(Errors.INVALID_REQUEST.code()));
      return;
    }
    ApiVersionCollection versions = new ApiVersionCollection();
    apis.all().forEach(handler -> versions.add(range(handler)));
    response.setApiKeys(versions).setFinalizedFeaturesEpoch(0);
    if (apis.handler(ApiMessageType.CONSUMER_GROUP_HEARTBEAT) != null) {
      addGroupFeature(response);
    }
    call.answer(response);
  }

  /** Tells clients that the server can assign partitions to the members of a group (KIP-848). */
  private static void addGroupFeature(ApiVersionsResponseData response) {
    response
        .supportedFeatures()
        .add(
            new SupportedFeatureKey()
                .setName(GROUP_FEATURE)
                .setMinVersion((short) 0)
                .setMaxVersion((short) 1));
    response
        .finalizedFeatures()
        .add(
            new FinalizedFeatureKey()
                .setName(GROUP_FEATURE)
                .setMinVersionLevel((short) 1)
                .setMaxVersionLevel((short) 1));
  }

  private static boolean isNamed(ApiVersionsRequestData request) {
    return request.clientSoftwareName().matches(NAME_PATTERN)
        && request.clientSoftwareVersion().matches(NAME_PATTERN);
  }

  /** The answer, in version 0, to a version that is not known. */
  ApiVersionsResponseData unknownVersion() {
    ApiVersionCollection versions = new ApiVersionCollection();
    versions.add(range(this));
    return new ApiVersionsResponseData()
        .setErrorCode(Errors.UNSUPPORTED_VERSION.code())
        .setApiKeys(versions);
  }

  private static ApiVersion range(ApiHandler<?> handler) {
    return new ApiVersion()
        .setApiKey(handler.api().apiKey())
        .setMinVersion(handler.advertisedMinVersion())
        .setMaxVersion(handler.maxVersion());
  }
}
