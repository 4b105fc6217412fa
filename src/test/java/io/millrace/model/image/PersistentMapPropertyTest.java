package io.millrace.model.image;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

class PersistentMapPropertyTest {
  private static final int STEPS = 300;

  @Property(tries = 200)
  void shouldBehaveAsATreeMapAndFindEveryDifference(
      @ForAll @Size(max = STEPS) List<@IntRange(min = -60, max = 60) Integer> steps,
      @ForAll @IntRange(max = STEPS) int keptAt) {
    // given
    TreeMap<Integer, String> model = new TreeMap<>();
    PersistentMap<Integer, String> map = PersistentMap.empty(Comparator.<Integer>naturalOrder());
    TreeMap<Integer, String> keptModel = new TreeMap<>();
    PersistentMap<Integer, String> kept = map;

    // when
    for (int i = 0; i < steps.size(); i++) {
      int step = steps.get(i);
      int key = Math.abs(step);
      if (step < 0) {
        model.remove(key);
        map = map.without(key);
      } else {
        model.put(key, key + "@" + i);
        map = map.with(key, key + "@" + i, priority(key));
      }
      if (i == keptAt) {
        kept = map;
        keptModel = new TreeMap<>(model);
      }
    }

    // then
    assertThat(map.values()).containsExactlyElementsOf(model.values());
    assertThat(map.size()).isEqualTo(model.size());
    assertThat(kept.values()).containsExactlyElementsOf(keptModel.values());
    for (int key = 0; key <= 60; key++) {
      assertThat(map.get(key)).isEqualTo(model.get(key));
    }
    List<String> differences = new ArrayList<>();
    map.differencesTo(kept, (before, now) -> differences.add(before + ">" + now));
    assertThat(differences).containsExactlyElementsOf(differences(keptModel, model));
  }

  @Property(tries = 20)
  void shouldCompareInTimeOfTheDifferenceNotOfTheSize(@ForAll @IntRange(max = 9_999) int changed) {
    // given
    int[] comparisons = {0};
    Comparator<Integer> counting =
        (a, b) -> {
          comparisons[0]++;
          return Integer.compare(a, b);
        };
    PersistentMap<Integer, String> map = PersistentMap.empty(counting);
    for (int key = 0; key < 10_000; key++) {
      map = map.with(key, "a", priority(key));
    }
    PersistentMap<Integer, String> next = map.with(changed, "b", priority(changed));
    comparisons[0] = 0;

    // when
    List<String> differences = new ArrayList<>();
    next.differencesTo(map, (before, now) -> differences.add(before + ">" + now));

    // then
    assertThat(differences).containsExactly("a>b");
    assertThat(comparisons[0]).isLessThan(200);
  }

  private static List<String> differences(
      TreeMap<Integer, String> before, TreeMap<Integer, String> now) {
    TreeSet<Integer> keys = new TreeSet<>(before.keySet());
    keys.addAll(now.keySet());
    return keys.stream()
        .filter(key -> !Objects.equals(before.get(key), now.get(key)))
        .map(key -> before.get(key) + ">" + now.get(key))
        .toList();
  }

  private static long priority(int key) {
    return (key + 1) * 0x9E3779B97F4A7C15L * 0xD6E8FEB86659FD93L;
  }
}
