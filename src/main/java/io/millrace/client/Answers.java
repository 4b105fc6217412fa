package io.millrace.client;

import io.millrace.model.ErrorCode;
import io.millrace.model.StreamException;
import io.millrace.protocol.stream.message.ClusterDescribed;
import io.millrace.protocol.stream.message.Committed;
import io.millrace.protocol.stream.message.Error;
import io.millrace.protocol.stream.message.GroupDeleted;
import io.millrace.protocol.stream.message.GroupDescribed;
import io.millrace.protocol.stream.message.GroupsListed;
import io.millrace.protocol.stream.message.MetadataReply;
import io.millrace.protocol.stream.message.OffsetsDeleted;
import io.millrace.protocol.stream.message.OffsetsFetched;
import io.millrace.protocol.stream.message.OffsetsListed;
import io.millrace.protocol.stream.message.OffsetsReset;
import io.millrace.protocol.stream.message.PositionReply;
import io.millrace.protocol.stream.message.Produced;
import io.millrace.protocol.stream.message.ProducerInitialized;
import io.millrace.protocol.stream.message.RecordsDeleted;
import io.millrace.protocol.stream.message.Sought;
import io.millrace.protocol.stream.message.TopicChanged;
import org.apache.avro.specific.SpecificRecord;

/** Which request a message answers. */
final class Answers {
  /** No request: a message that the broker sends of its own accord. */
  static final long NONE = -1;

  private Answers() {}

  static long requestIdOf(SpecificRecord message) {
    if (message instanceof Produced produced) {
      return produced.getRequestId();
    }
    if (message instanceof Error error) {
      Long id = error.getRequestId();
      return id == null ? NONE : id;
    }
    if (message instanceof ProducerInitialized initialized) {
      return initialized.getRequestId();
    }
    if (message instanceof MetadataReply metadata) {
      return metadata.getRequestId();
    }
    return requestIdOfRarer(message);
  }

  private static long requestIdOfRarer(SpecificRecord message) {
    if (message instanceof TopicChanged changed) {
      return changed.getRequestId();
    }
    if (message instanceof OffsetsListed listed) {
      return listed.getRequestId();
    }
    if (message instanceof RecordsDeleted deleted) {
      return deleted.getRequestId();
    }
    if (message instanceof Sought sought) {
      return sought.getRequestId();
    }
    if (message instanceof PositionReply position) {
      return position.getRequestId();
    }
    return requestIdAboutGroups(message);
  }

  private static long requestIdAboutGroups(SpecificRecord message) {
    if (message instanceof Committed committed) {
      Long id = committed.getRequestId();
      return id == null ? NONE : id;
    }
    if (message instanceof ClusterDescribed cluster) {
      return cluster.getRequestId();
    }
    if (message instanceof GroupsListed listed) {
      return listed.getRequestId();
    }
    if (message instanceof GroupDescribed described) {
      return described.getRequestId();
    }
    if (message instanceof OffsetsFetched fetched) {
      return fetched.getRequestId();
    }
    if (message instanceof OffsetsReset reset) {
      return reset.getRequestId();
    }
    if (message instanceof OffsetsDeleted deleted) {
      return deleted.getRequestId();
    }
    return message instanceof GroupDeleted deleted ? deleted.getRequestId() : NONE;
  }

  /** The error as the exception that it is here. */
  static StreamException exception(Error error) {
    ErrorCode code = ErrorCode.of(error.getCode());
    String message = error.getMessage();
    return new StreamException(code, message.isEmpty() ? code.sentence() : message);
  }
}
