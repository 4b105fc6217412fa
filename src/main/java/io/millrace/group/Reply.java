package io.millrace.group;

import io.millrace.model.group.GroupResponse;

/** The answer to a request, which may have come long before. */
public record Reply(long requestId, GroupResponse response) {}
