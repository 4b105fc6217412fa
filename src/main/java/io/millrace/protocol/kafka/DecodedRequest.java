package io.millrace.protocol.kafka;

import java.util.List;
import org.apache.kafka.common.protocol.ApiMessage;

/**
 * The body of a request.
 *
 * @param records where the records in it lie, in their order; those that are null have no entry
 */
public record DecodedRequest(ApiMessage message, List<RecordRange> records) {}
