import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;

/** Many connections that do nothing. Prints "RESULT ms" once all were answered. */
final class Connections {
  private static final short API_VERSIONS = 18;

  private Connections() {}

  static void hold(String bootstrap, int count) throws IOException {
    String[] address = bootstrap.split(",")[0].split(":");
    List<Socket> sockets = new ArrayList<>();
    long begun = System.nanoTime();
    for (int i = 0; i < count; i++) {
      Socket socket = new Socket(address[0], Integer.parseInt(address[1]));
      sockets.add(socket);
      socket.setTcpNoDelay(true);
      ask(socket, API_VERSIONS, (short) 0, new byte[0]);
    }
    System.out.println("RESULT " + (System.nanoTime() - begun) / 1_000_000);
    System.out.flush();
    while (System.in.read() >= 0) {
      continue;
    }
    for (Socket socket : sockets) {
      socket.close();
    }
  }

  /** Sends one request of an old, fixed header and gives the answer's bytes. */
  static byte[] ask(Socket socket, short api, short version, byte[] body) throws IOException {
    DataOutputStream out = new DataOutputStream(socket.getOutputStream());
    java.io.ByteArrayOutputStream frame = new java.io.ByteArrayOutputStream();
    DataOutputStream fields = new DataOutputStream(frame);
    fields.writeShort(api);
    fields.writeShort(version);
    fields.writeInt(1);
    fields.writeShort(1);
    fields.writeByte('b');
    fields.write(body);
    byte[] bytes = frame.toByteArray();
    java.nio.ByteBuffer whole = java.nio.ByteBuffer.allocate(4 + bytes.length);
    out.write(whole.putInt(bytes.length).put(bytes).array());
    DataInputStream in = new DataInputStream(socket.getInputStream());
    return in.readNBytes(in.readInt());
  }
}
