package io.millrace.group.assignor;

import io.millrace.group.AssignedPartitions;
import io.millrace.group.AssignmentSpec;
import io.millrace.group.PartitionAssignor;
import io.millrace.model.TopicId;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** Who reads what: a group of which a member has just gone, with ten partitions a member. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class AssignorBenchmark {
  private static final TopicId TOPIC = new TopicId(7, 9);
  private static final int PARTITIONS_A_MEMBER = 10;

  @Param({"10", "500"})
  public int members;

  @Param({"uniform", "range"})
  public String name;

  private PartitionAssignor assignor;
  private AssignmentSpec spec;

  @Setup
  public void build() {
    assignor = name.equals(UniformAssignor.NAME) ? new UniformAssignor() : new RangeAssignor();
    Map<TopicId, Integer> counts = Map.of(TOPIC, members * PARTITIONS_A_MEMBER);
    Map<String, AssignmentSpec.MemberSpec> all = new HashMap<>();
    for (int i = 0; i < members; i++) {
      all.put("member-" + i, member(AssignedPartitions.EMPTY));
    }
    Map<String, AssignedPartitions> first = assignor.assign(new AssignmentSpec(all, counts));
    all.replaceAll((id, member) -> member(first.get(id)));
    all.remove("member-0");
    spec = new AssignmentSpec(all, counts);
  }

  private static AssignmentSpec.MemberSpec member(AssignedPartitions current) {
    return new AssignmentSpec.MemberSpec(Optional.empty(), Set.of(TOPIC), current);
  }

  @Benchmark
  public Map<String, AssignedPartitions> assign() {
    return assignor.assign(spec);
  }
}
