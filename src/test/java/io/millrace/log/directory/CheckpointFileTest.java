package io.millrace.log.directory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.model.PartitionId;
import io.millrace.model.TopicId;
import java.io.IOException;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class CheckpointFileTest {
  private static final Map<PartitionId, PartitionCheckpoint> CHECKPOINTS =
      Map.of(
          new PartitionId(new TopicId(1, 2), 0), new PartitionCheckpoint(30, 20, 10),
          new PartitionId(new TopicId(-1, Long.MIN_VALUE), 9),
              new PartitionCheckpoint(Long.MAX_VALUE, 0, 0));

  @Test
  void shouldReadBackWhatItWrote() throws IOException {
    // when / then
    assertThat(CheckpointFile.decode(CheckpointFile.encode(CHECKPOINTS))).isEqualTo(CHECKPOINTS);
    assertThat(CheckpointFile.decode(CheckpointFile.encode(Map.of()))).isEmpty();
  }

  @Test
  void shouldRefuseEveryFlippedBitAndEveryShorterFile() {
    // given
    byte[] good = CheckpointFile.encode(CHECKPOINTS);
    for (int bit = 0; bit < good.length * 8; bit++) {
      byte[] bad = good.clone();
      bad[bit / 8] ^= (byte) (1 << (bit % 8));
      // when / then
      assertThatThrownBy(() -> CheckpointFile.decode(bad)).isInstanceOf(IOException.class);
    }
    for (int size = 0; size < good.length; size++) {
      byte[] bad = Arrays.copyOf(good, size);
      assertThatThrownBy(() -> CheckpointFile.decode(bad)).isInstanceOf(IOException.class);
    }
  }
}
