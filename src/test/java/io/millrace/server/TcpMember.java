package io.millrace.server;

import io.millrace.protocol.stream.message.Assigned;
import io.millrace.protocol.stream.message.Credit;
import io.millrace.protocol.stream.message.Error;
import io.millrace.protocol.stream.message.Position;
import io.millrace.protocol.stream.message.Records;
import io.millrace.protocol.stream.message.Released;
import io.millrace.protocol.stream.message.Revoked;
import io.millrace.protocol.stream.message.StreamPartition;
import io.millrace.protocol.stream.message.Subscribe;
import io.millrace.protocol.stream.message.Unsubscribed;
import io.millrace.record.BatchHeader;
import io.millrace.record.RecordReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.apache.avro.specific.SpecificRecord;

/** A member of a group over TCP, in Avro. */
final class TcpMember implements AutoCloseable {
  private final String name;
  private final GroupTally tally;
  private final AvroConnection connection;
  private volatile boolean closed;

  TcpMember(int port, String name, String group, GroupTally tally) throws IOException {
    this.name = name;
    this.tally = tally;
    this.connection = new AvroConnection(port, name);
    connection.send(
        Subscribe.newBuilder()
            .setStreamId(1)
            .setTopics(List.of("t"))
            .setOffsets(List.of())
            .setStart("earliest")
            .setGroup(group)
            .setCreditRecords(100)
            .setCreditBytes(1_000_000)
            .build());
    Thread reader = new Thread(this::run, name);
    reader.setDaemon(true);
    reader.start();
  }

  private void run() {
    try {
      while (!closed) {
        on(connection.read());
      }
    } catch (IOException e) {
      if (!closed) {
        tally.failed(name, e.toString());
      }
    }
  }

  private void on(SpecificRecord message) throws IOException {
    if (message instanceof Assigned assigned) {
      tally.assigned(
          name,
          assigned.getPositions().stream()
              .map(Position::getPartition)
              .collect(Collectors.toCollection(TreeSet::new)));
    } else if (message instanceof Revoked revoked) {
      tally.gone(
          name,
          revoked.getPartitions().stream()
              .map(StreamPartition::getPartition)
              .collect(Collectors.toCollection(TreeSet::new)));
      if (!revoked.getLost()) {
        connection.send(new Released(1, List.of()));
      }
    } else if (message instanceof Records records) {
      read(records);
      connection.send(new Credit(1, records.getCreditRecords(), records.getCreditBytes()));
    } else if (message instanceof Error error) {
      tally.failed(name, error.getName());
    } else if (message instanceof Unsubscribed) {
      tally.ended(name);
    }
  }

  /** The test's batches are small enough to come whole. */
  private void read(Records records) {
    ByteBuffer batches = records.getBatches().slice();
    for (int at = 0; at < batches.limit(); at += BatchHeader.sizeBytes(batches, at)) {
      try (RecordReader reader = RecordReader.of(batches, at, 1 << 20)) {
        while (reader.advance()) {
          if (reader.offset() >= records.getFirstOffset()) {
            tally.read(name, StandardCharsets.UTF_8.decode(reader.value()).toString());
          }
        }
      }
    }
  }

  /** Ends the connection without a word. */
  @Override
  public void close() throws IOException {
    closed = true;
    tally.ended(name);
    connection.close();
  }
}
