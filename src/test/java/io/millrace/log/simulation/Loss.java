package io.millrace.log.simulation;

/**
 * What a power loss leaves of the bytes and of the names that were not synced.
 *
 * @param bytes the fate of written bytes since the last sync of their file
 * @param names the fate of created, renamed and deleted names since the last sync of their
 *     directory
 */
public record Loss(Fate bytes, Fate names) {
  /** Of what was not synced. */
  public enum Fate {
    DROPPED,
    /**
     * Bytes: each 512-byte sector in any of the states that it has had since, the file of any
     * length in between, unwritten sectors zero or noise. Names: any subset of the changes.
     */
    RANDOM,
    KEPT
  }

  public static final Loss ALL_DROPPED = new Loss(Fate.DROPPED, Fate.DROPPED);
  public static final Loss NAMES_DROPPED = new Loss(Fate.KEPT, Fate.DROPPED);
  public static final Loss BYTES_DROPPED = new Loss(Fate.DROPPED, Fate.KEPT);
  public static final Loss TORN = new Loss(Fate.RANDOM, Fate.RANDOM);
  public static final Loss TORN_BYTES = new Loss(Fate.RANDOM, Fate.KEPT);
  public static final Loss NOTHING_LOST = new Loss(Fate.KEPT, Fate.KEPT);
}
