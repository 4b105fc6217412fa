package io.millrace.endpoint.http;

import io.millrace.endpoint.HttpRoutes;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Router;
import java.util.List;

/** Records by plain requests: written by POST, read by GET. */
final class RecordRoutes implements HttpRoutes {
  private final RecordReads reads;
  private final RecordWrites writes;
  private final int maxBodyBytes;

  RecordRoutes(RecordReads reads, RecordWrites writes, int maxBodyBytes) {
    this.reads = reads;
    this.writes = writes;
    this.maxBodyBytes = maxBodyBytes;
  }

  @Override
  public void mount(Router router) {
    Resource.at(router, "/v1/topics/:topic/records")
        .on(HttpMethod.GET, reads::handle)
        .on(
            HttpMethod.POST,
            List.of(MediaTypes.JSON, MediaTypes.BYTES),
            maxBodyBytes,
            writes::handle)
        .end();
  }
}
