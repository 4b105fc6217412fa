package io.millrace.metadata.file;

import io.millrace.metadata.MetadataRecord;
import io.millrace.metadata.Proposal;
import io.millrace.metadata.codec.MetadataRecordCodec;
import io.millrace.metadata.codec.UnreadableRecordException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * The bytes of a proposal, and of a list of facts in it and in a snapshot.
 *
 * <pre>
 *   proposal := controllerTerm int64 | previousProposal int64 | facts
 *   facts    := count int32 | count times (size int32 | fact, see MetadataRecordCodec)
 * </pre>
 */
public final class ProposalBytes {
  private static final int FIXED_BYTES = 2 * Long.BYTES;
  private static final int LEAST_RECORD_BYTES = Integer.BYTES + 1;

  private final MetadataRecordCodec codec;

  public ProposalBytes(MetadataRecordCodec codec) {
    this.codec = codec;
  }

  public byte[] encode(Proposal proposal) {
    byte[] records = encode(proposal.records(), proposal.metadataVersion());
    return ByteBuffer.allocate(FIXED_BYTES + records.length)
        .putLong(proposal.controllerTerm())
        .putLong(proposal.previousProposal())
        .put(records)
        .array();
  }

  /** These facts, written with the schemas of a metadata version. */
  public byte[] encode(List<MetadataRecord> records, int metadataVersion) {
    List<byte[]> encoded =
        records.stream().map(fact -> codec.encode(fact, metadataVersion)).toList();
    int size = Integer.BYTES;
    for (byte[] bytes : encoded) {
      size = Math.addExact(size, Integer.BYTES + bytes.length);
    }
    ByteBuffer out = ByteBuffer.allocate(size).putInt(encoded.size());
    encoded.forEach(bytes -> out.putInt(bytes.length).put(bytes));
    return out.array();
  }

  /** Reads a proposal and leaves the buffer behind it. */
  public Proposal decodeProposal(ByteBuffer in) throws UnreadableRecordException {
    if (in.remaining() < FIXED_BYTES) {
      throw new UnreadableRecordException("a proposal ends after " + in.remaining() + " bytes");
    }
    long term = in.getLong();
    long previous = in.getLong();
    List<MetadataRecord> records = decodeRecords(in);
    if (records.isEmpty()) {
      throw new UnreadableRecordException("a proposal has no fact");
    }
    return new Proposal(term, previous, records);
  }

  /** Reads facts and leaves the buffer behind them. */
  public List<MetadataRecord> decodeRecords(ByteBuffer in) throws UnreadableRecordException {
    int count = in.remaining() < Integer.BYTES ? -1 : in.getInt();
    if (count < 0 || count > in.remaining() / LEAST_RECORD_BYTES) {
      throw new UnreadableRecordException(
          count + " facts are announced, " + in.remaining() + " bytes remain");
    }
    List<MetadataRecord> records = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      int size = in.remaining() < Integer.BYTES ? -1 : in.getInt();
      if (size < 0 || size > in.remaining()) {
        throw new UnreadableRecordException(
            "a fact of " + size + " bytes is announced, " + in.remaining() + " remain");
      }
      byte[] bytes = new byte[size];
      in.get(bytes);
      records.add(codec.decode(bytes));
    }
    return records;
  }
}
