package io.millrace.model.image;

/**
 * Which life of a node a process is, from its start to its end; KIP-631's incarnation id, with an
 * order. A registration carries it, so that a late copy of one is known as a copy: of the life that
 * is registered, or of one that has ended. Whatever it is registered as, a process has one life.
 *
 * <p>Of one data directory, a later life has a larger {@code start}: the directory counts its
 * starts durably before anybody hears of the process. Two processes with the same number have
 * copies of one directory, and different ids.
 *
 * @param start how often the data directory was started, this time counted, from 1; 0 if nobody
 *     told
 * @param id drawn by the process; empty if nobody told
 */
public record ProcessLife(long start, String id) {
  /** Of a broker that registered before lives were told, or of a node that is alone. */
  public static final ProcessLife UNKNOWN = new ProcessLife(0, "");

  /** Whether both are known, and the same process. */
  public boolean isSame(ProcessLife other) {
    return !id.isEmpty() && equals(other);
  }

  /** Whether a process of the same data directory has begun later, or at the same count. */
  public boolean isSupersededBy(ProcessLife other) {
    return start <= other.start && other.start > 0;
  }
}
