import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.locks.LockSupport;

/**
 * Waits for the first Metadata answer that names a broker. It says "waiting" once it runs, so that
 * its own start does not count, reads when the broker was started, and prints "RESULT ms".
 */
final class Ready {
  private static final short METADATA = 3;
  private static final long LIMIT_MS = 120_000;

  private Ready() {}

  static void await(String host, int port) throws IOException {
    System.out.println("waiting");
    System.out.flush();
    BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
    long startedMs = Long.parseLong(in.readLine().trim());
    while (!answers(host, port)) {
      if (System.currentTimeMillis() - startedMs > LIMIT_MS) {
        System.err.println("no answer from " + host + ":" + port + " within " + LIMIT_MS + " ms");
        System.exit(1);
      }
      LockSupport.parkNanos(5_000_000);
    }
    System.out.println("RESULT " + (System.currentTimeMillis() - startedMs));
  }

  private static boolean answers(String host, int port) {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(host, port), 1_000);
      socket.setSoTimeout(2_000);
      // All topics, in the oldest form; the answer begins with its correlation id and the brokers.
      byte[] answer = Connections.ask(socket, METADATA, (short) 0, new byte[4]);
      return answer.length >= 8 && ByteBuffer.wrap(answer).getInt(4) > 0;
    } catch (IOException e) {
      return false; // Not yet.
    }
  }
}
