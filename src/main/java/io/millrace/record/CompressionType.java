package io.millrace.record;

import io.millrace.model.ErrorCode;
import io.millrace.model.StreamException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Locale;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.utils.BufferSupplier;
import org.apache.kafka.common.utils.ByteBufferOutputStream;

/** How the records of a batch are compressed, as a unit; ids and framing are Kafka's. */
public enum CompressionType {
  NONE(0),
  GZIP(1),
  SNAPPY(2),
  LZ4(3),
  ZSTD(4);

  private static final CompressionType[] BY_ID = values();

  /** By id; each at its codec's default level. */
  private static final List<Compression> CODECS =
      List.of(
          Compression.NONE,
          Compression.gzip().build(),
          Compression.snappy().build(),
          Compression.lz4().build(),
          Compression.zstd().build());

  private final int id;

  CompressionType(int id) {
    this.id = id;
  }

  /** 0 to 4, as in the batch's attributes. */
  public int id() {
    return id;
  }

  /**
   * @throws StreamException UNSUPPORTED_COMPRESSION_TYPE unless the id is 0 to 4
   */
  public static CompressionType ofId(int id) {
    if (id < 0 || id >= BY_ID.length) {
      throw new StreamException(
          ErrorCode.UNSUPPORTED_COMPRESSION_TYPE,
          "compression type "
              + id
              + " is not known: 0 none, 1 gzip, 2 snappy, 3 lz4 and 4 zstd are");
    }
    return BY_ID[id];
  }

  /**
   * The type as settings spell it: none, gzip, snappy, lz4, zstd.
   *
   * @throws StreamException UNSUPPORTED_COMPRESSION_TYPE for any other word
   */
  public static CompressionType named(String name) {
    for (CompressionType type : BY_ID) {
      if (type.toString().equals(name)) {
        return type;
      }
    }
    throw new StreamException(
        ErrorCode.UNSUPPORTED_COMPRESSION_TYPE,
        "compression type '" + name + "' is not one of none, gzip, snappy, lz4, zstd");
  }

  /** A stream that compresses into {@code target}; closing it finishes the frame. */
  OutputStream compressTo(ByteBufferOutputStream target) {
    return CODECS.get(id).wrapForOutput(target, BatchHeader.MAGIC);
  }

  /**
   * A stream of the decompressed bytes, after a look at what the frame's head claims: a codec that
   * allocates what a frame asks for is never shown one that asks for more than the budget.
   *
   * @throws StreamException MESSAGE_TOO_LARGE if the frame asks for more than {@code budgetBytes}
   * @throws IOException if the frame's head makes no sense
   */
  InputStream decompress(ByteBuffer compressed, long budgetBytes) throws IOException {
    if (this == SNAPPY) {
      SnappyFrame.requireWithin(compressed, budgetBytes);
    } else if (this == ZSTD) {
      ZstdFrame.requireWithin(compressed, budgetBytes);
    }
    return CODECS.get(id).wrapForInput(compressed, BatchHeader.MAGIC, BufferSupplier.NO_CACHING);
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
