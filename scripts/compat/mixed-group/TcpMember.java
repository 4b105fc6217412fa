import io.millrace.protocol.stream.DecodeLimits;
import io.millrace.protocol.stream.MessageCodec;
import io.millrace.protocol.stream.WireFormat;
import io.millrace.protocol.stream.message.Assigned;
import io.millrace.protocol.stream.message.Commit;
import io.millrace.protocol.stream.message.CommitPosition;
import io.millrace.protocol.stream.message.Committed;
import io.millrace.protocol.stream.message.Credit;
import io.millrace.protocol.stream.message.Error;
import io.millrace.protocol.stream.message.Hello;
import io.millrace.protocol.stream.message.Ping;
import io.millrace.protocol.stream.message.Pong;
import io.millrace.protocol.stream.message.Records;
import io.millrace.protocol.stream.message.Released;
import io.millrace.protocol.stream.message.Revoked;
import io.millrace.protocol.stream.message.Subscribe;
import io.millrace.protocol.stream.message.Unsubscribe;
import io.millrace.protocol.stream.message.Unsubscribed;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.apache.avro.specific.SpecificRecord;

/** A member over TCP, in Avro: TcpMember PORT TOPIC GROUP NAME. It leaves when its standard input ends. */
final class TcpMember extends StreamMember {
  private final int port;
  private final MessageCodec codec = new MessageCodec(DecodeLimits.DEFAULT);
  private Socket socket;
  private long requestId;

  private TcpMember(int port, String topic, String group, String name) {
    super(topic, group, name);
    this.port = port;
  }

  public static void main(String[] arguments) throws InterruptedException {
    new TcpMember(Integer.parseInt(arguments[0]), arguments[1], arguments[2], arguments[3]).run();
  }

  @Override
  void converse() throws IOException {
    try (Socket connected = new Socket("127.0.0.1", port)) {
      DataInputStream in = new DataInputStream(new BufferedInputStream(connected.getInputStream()));
      synchronized (this) {
        socket = connected;
        send(new Hello(1, 1, name, List.of()));
        send(Subscribe.newBuilder().setStreamId(1).setTopics(List.of(topic)).setOffsets(List.of()).setStart("earliest").setGroup(group)
            .setMemberId(memberId).setMemberEpoch(epoch).setAutoCommitIntervalMs(0).setRebalanceTimeoutMs(10_000)
            .setCreditRecords(WINDOW_RECORDS).setCreditBytes(WINDOW_BYTES).build());
        onSubscribed();
      }
      while (true) {
        byte[] bytes = new byte[in.readInt()];
        in.readFully(bytes);
        on(codec.decode(WireFormat.AVRO, ByteBuffer.wrap(bytes)));
      }
    } catch (EOFException e) {
      Says.remark("the connection has ended");
    }
  }

  private void on(SpecificRecord message) throws IOException {
    if (message instanceof Assigned assigned) {
      Map<Integer, Long> begins = new HashMap<>();
      assigned.getPositions().forEach(position -> begins.put(position.getPartition(), position.getNextOffset()));
      onAssigned(assigned.getMemberId(), assigned.getMemberEpoch(), begins);
    } else if (message instanceof Revoked revoked) {
      Set<Integer> partitions = new TreeSet<>();
      revoked.getPartitions().forEach(partition -> partitions.add(partition.getPartition()));
      onRevoked(partitions, revoked.getLost());
    } else if (message instanceof Records records) {
      onRecords(records.getPartition(), records.getFirstOffset(), records.getNextOffset(), records.getCreditRecords(),
          records.getCreditBytes());
    } else if (message instanceof Committed committed) {
      Map<Integer, Long> offsets = new HashMap<>();
      committed.getOffsets().stream().filter(position -> position.getErrorCode() == 0)
          .forEach(position -> offsets.put(position.getPartition(), position.getOffset()));
      onCommitted(offsets);
    } else if (message instanceof Error error) {
      if (error.getRequestId() != null) {
        onCommitFailed(error.getMessage());
      } else {
        onError(error.getName() + ": " + error.getMessage(), error.getRetriable());
      }
    } else if (message instanceof Unsubscribed) {
      onUnsubscribed();
    } else if (message instanceof Ping ping) {
      synchronized (this) {
        send(new Pong(ping.getNonce()));
      }
    }
  }

  private void send(SpecificRecord message) throws IOException {
    ByteBuf frame = Unpooled.buffer().writeInt(0);
    codec.encode(WireFormat.AVRO, message, frame);
    frame.setInt(0, frame.readableBytes() - Integer.BYTES);
    byte[] bytes = new byte[frame.readableBytes()];
    frame.readBytes(bytes);
    socket.getOutputStream().write(bytes);
  }

  @Override
  void sendCredit(long records, long bytes) throws IOException {
    send(new Credit(1, records, bytes));
  }

  @Override
  void sendCommit(Map<Integer, Long> offsets) throws IOException {
    List<CommitPosition> positions = new ArrayList<>();
    offsets.forEach((partition, offset) -> positions.add(new CommitPosition(topic, partition, offset, -1, "")));
    send(new Commit(++requestId, 1, positions));
  }

  @Override
  void sendReleased() throws IOException {
    send(new Released(1, List.of()));
  }

  @Override
  void sendUnsubscribe() throws IOException {
    send(new Unsubscribe(1));
  }
}
