package io.millrace.metadata.file;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * The bytes of a file that grows by frames.
 *
 * <pre>
 *   file   := header frame*
 *   header := magic int32 | format int16 = 1 | 0 int16 | firstIndex int64 | crc32c int32 of these 16
 *   frame  := length int32 of the body | crc32c int32 of the body | body
 *   body   := firstIndex int64 | count int32 | count items
 * </pre>
 *
 * A frame is what was written and fsynced at once, and none is begun before the one before it is
 * durable. So bytes that are no frame are a torn tail only at the very end of the last file; with
 * anything behind them they are damage to what was acknowledged.
 *
 * @param <T> the items, numbered from the file's first index on
 */
public final class FrameFile<T> {
  public static final int HEADER_BYTES = 20;
  public static final int MAX_BODY_BYTES = 64 * 1024 * 1024;
  private static final short FORMAT = 1;
  private static final int FRAME_HEADER_BYTES = 8;
  private static final int LEAST_BODY_BYTES = 12;

  /** Reads one item, and leaves the buffer behind it. */
  @FunctionalInterface
  public interface ItemReader<T> {
    /**
     * @throws IOException if these bytes are no item that this release reads
     */
    T read(ByteBuffer body) throws IOException;
  }

  /**
   * What a file holds.
   *
   * @param items in order of their indexes, from {@code firstIndex}
   * @param validBytes up to where the file is whole
   * @param isTorn whether bytes of a frame that was never finished follow
   */
  public record Content<T>(long firstIndex, List<T> items, long validBytes, boolean isTorn) {
    /** The index of the item that is appended next. */
    public long nextIndex() {
      return firstIndex + items.size();
    }
  }

  private final int magic;
  private final String kind;
  private final ItemReader<T> reader;

  /**
   * A kind of files.
   *
   * @param magic what they begin with
   * @param kind in words, such as "a metadata log"
   */
  public FrameFile(int magic, String kind, ItemReader<T> reader) {
    this.magic = magic;
    this.kind = kind;
    this.reader = reader;
  }

  /** The beginning of a file. */
  public byte[] header(long firstIndex) {
    ByteBuffer header = ByteBuffer.allocate(HEADER_BYTES);
    header.putInt(magic).putShort(FORMAT).putShort((short) 0).putLong(firstIndex);
    return header.putInt(crc(header, 0, header.position())).array();
  }

  /** One frame with these encoded items. */
  public static ByteBuffer frame(long firstIndex, List<byte[]> items) {
    int bodyBytes = LEAST_BODY_BYTES;
    for (byte[] item : items) {
      bodyBytes = Math.addExact(bodyBytes, item.length);
    }
    ByteBuffer frame = ByteBuffer.allocate(FRAME_HEADER_BYTES + bodyBytes);
    frame.putInt(bodyBytes).putInt(0).putLong(firstIndex).putInt(items.size());
    items.forEach(frame::put);
    frame.putInt(Integer.BYTES, crc(frame, FRAME_HEADER_BYTES, bodyBytes));
    return frame.flip();
  }

  /**
   * Reads a file.
   *
   * @param isLast whether no file of the log follows, so that it may be torn
   * @throws DamagedLogException if it is not what was once durable
   */
  public Content<T> read(String name, byte[] bytes, boolean isLast) throws DamagedLogException {
    ByteBuffer file = ByteBuffer.wrap(bytes);
    long firstIndex = readHeader(name, file);
    List<T> items = new ArrayList<>();
    while (file.hasRemaining()) {
      int position = file.position();
      long index = firstIndex + items.size();
      if (!isFrame(file, position, index)) {
        if (!isLast || hasDataBehind(file, position, index)) {
          throw damaged(name, position, bytes.length, index);
        }
        return new Content<>(firstIndex, items, position, true);
      }
      readFrame(name, file, items);
    }
    return new Content<>(firstIndex, items, bytes.length, false);
  }

  private static DamagedLogException damaged(String name, int position, int size, long index) {
    return new DamagedLogException(
        name
            + " is damaged at byte "
            + position
            + " of "
            + size
            + " (entry "
            + index
            + "), with entries behind it");
  }

  private long readHeader(String name, ByteBuffer file) throws DamagedLogException {
    if (file.remaining() < HEADER_BYTES
        || file.getInt(0) != magic
        || file.getInt(HEADER_BYTES - Integer.BYTES)
            != crc(file, 0, HEADER_BYTES - Integer.BYTES)) {
      throw new DamagedLogException(name + " does not begin as " + kind + " does");
    }
    if (file.getShort(4) != FORMAT) {
      throw new DamagedLogException(
          name
              + " has format "
              + file.getShort(4)
              + ", this release reads "
              + FORMAT
              + "; start the release that wrote it");
    }
    long firstIndex = file.getLong(8);
    file.position(HEADER_BYTES);
    return firstIndex;
  }

  private static boolean isFrame(ByteBuffer file, int position, long expectedIndex) {
    return isPlausible(file, position)
        && file.getLong(position + FRAME_HEADER_BYTES) == expectedIndex
        && isIntact(file, position);
  }

  private static boolean isPlausible(ByteBuffer file, int position) {
    if (file.limit() - position < FRAME_HEADER_BYTES + LEAST_BODY_BYTES) {
      return false;
    }
    int length = file.getInt(position);
    return length >= LEAST_BODY_BYTES
        && length <= file.limit() - position - FRAME_HEADER_BYTES
        && file.getInt(position + FRAME_HEADER_BYTES + Long.BYTES) > 0;
  }

  private static boolean isIntact(ByteBuffer file, int position) {
    int length = file.getInt(position);
    return file.getInt(position + Integer.BYTES)
        == crc(file, position + FRAME_HEADER_BYTES, length);
  }

  /** Whether anything was written after the broken frame at this position. */
  private static boolean hasDataBehind(ByteBuffer file, int position, long brokenIndex) {
    if (isPlausible(file, position)
        && position + FRAME_HEADER_BYTES + file.getInt(position) < file.limit()) {
      return true;
    }
    for (int next = position + 1; next < file.limit(); next++) {
      if (isPlausible(file, next)
          && file.getLong(next + FRAME_HEADER_BYTES) > brokenIndex
          && isIntact(file, next)) {
        return true;
      }
    }
    return false;
  }

  private void readFrame(String name, ByteBuffer file, List<T> items) throws DamagedLogException {
    int length = file.getInt();
    file.position(file.position() + Integer.BYTES);
    ByteBuffer body = file.slice(file.position(), length);
    file.position(file.position() + length);
    body.position(Long.BYTES);
    try {
      for (int count = body.getInt(); count > 0; count--) {
        items.add(reader.read(body));
      }
    } catch (IOException e) {
      throw new DamagedLogException(name + ": " + e.getMessage(), e);
    }
    if (body.hasRemaining()) {
      throw new DamagedLogException(name + " has a frame with bytes left over");
    }
  }

  static int crc(ByteBuffer bytes, int offset, int length) {
    CRC32C crc = new CRC32C();
    crc.update(bytes.slice(offset, length));
    return (int) crc.getValue();
  }
}
