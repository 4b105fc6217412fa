package io.millrace.log.inspect;

import io.millrace.log.Disk;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * What {@code log verify} says.
 *
 * @param damage all that is wrong, in the order of the files
 */
public record Verdict(
    long files, long batches, long records, long sizeBytes, List<Entry.Damage> damage) {
  /**
   * Checks everything below a path: CRCs, offsets without gaps, indexes against their logs.
   *
   * @throws IOException as {@link LogInspector#inspect}
   */
  public static Verdict of(Disk disk, Path path) throws IOException {
    Tally tally = new Tally();
    new LogInspector(disk, true).inspect(path, tally::take);
    return new Verdict(
        tally.files, tally.batches, tally.records, tally.sizeBytes, List.copyOf(tally.damage));
  }

  public boolean isGood() {
    return damage.isEmpty();
  }

  private static final class Tally {
    private final List<Entry.Damage> damage = new ArrayList<>();
    private long files;
    private long batches;
    private long records;
    private long sizeBytes;

    void take(Entry entry) {
      if (entry instanceof Entry.FileBegins file) {
        files++;
        sizeBytes += file.sizeBytes();
      } else if (entry instanceof Entry.Batch) {
        batches++;
      } else if (entry instanceof Entry.StoredRecord) {
        records++;
      } else if (entry instanceof Entry.Damage found) {
        damage.add(found);
      }
    }
  }
}
