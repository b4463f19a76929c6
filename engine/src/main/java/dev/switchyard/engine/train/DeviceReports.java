package dev.switchyard.engine.train;

import dev.switchyard.engine.data.Batch;
import dev.switchyard.engine.layer.RowDivision;
import dev.switchyard.engine.layer.Share;
import dev.switchyard.engine.model.ExpertCounts;
import dev.switchyard.engine.observe.DeviceReport;
import dev.switchyard.engine.parallel.Mesh;
import dev.switchyard.engine.parallel.Rank;
import dev.switchyard.engine.parallel.Traffic;
import java.util.Arrays;
import java.util.List;

/** Puts together what each device did in a step. */
final class DeviceReports {
  private DeviceReports() {}

  /**
   * The reports of all devices since this was last asked.
   *
   * @param learners those of the Switch model first
   * @param batch of the step
   */
  static List<DeviceReport> of(
      Devices devices, List<MeshLearner> learners, RunConfig config, Batch batch) {
    return devices.onAll(rank -> report(rank, learners, config, batch));
  }

  private static DeviceReport report(
      Rank rank, List<MeshLearner> learners, RunConfig config, Batch batch) {
    Mesh mesh = rank.mesh();
    Mesh.Coordinates at = rank.place();
    Traffic traffic = rank.world().takeTraffic();
    double seconds = 0;
    long memory = 0;
    for (MeshLearner learner : learners) {
      seconds += learner.learner(rank.number()).takeSeconds();
      memory += learner.learner(rank.number()).memoryBytes();
    }
    double elsewhere = traffic.waitingSeconds() + traffic.exchangingSeconds();
    Share rows = RowDivision.of(batch.rows(), mesh, 1).of(rank.shard());
    int experts = config.model().numExperts() / mesh.expert();
    List<Long> expertTokens = expertTokens(rank, learners.getFirst(), config);
    return new DeviceReport(
        rank.number(),
        at.data(),
        at.expert(),
        at.model(),
        rows.first(),
        rows.count(),
        at.expert() * experts,
        experts,
        expertTokens.stream().mapToLong(Long::longValue).sum(),
        expertTokens,
        Math.max(0, seconds - elsewhere),
        traffic.waitingSeconds(),
        traffic.exchangingSeconds(),
        memory,
        traffic.exchanges().stream().map(DeviceReports::exchange).toList());
  }

  private static DeviceReport.Exchange exchange(Traffic.Exchange each) {
    return new DeviceReport.Exchange(
        each.collective().word(),
        each.what(),
        each.ranks(),
        each.count(),
        each.bytes(),
        each.sentBytes(),
        each.receivedBytes(),
        each.seconds());
  }

  /** What each expert here served, of all whose tokens come here. */
  private static List<Long> expertTokens(Rank rank, MeshLearner model, RunConfig config) {
    int here = config.model().numExperts() / rank.mesh().expert();
    int first = here * rank.place().expert();
    long[] tokens = new long[here];
    for (int sender = 0; sender < rank.mesh().expert(); sender++) {
      int from = rank.mesh().rank(rank.place().withExpert(sender));
      for (ExpertCounts layer : model.learner(from).figures().counts()) {
        for (int e = 0; e < here; e++) {
          tokens[e] += layer.served()[first + e];
        }
      }
    }
    return Arrays.stream(tokens).boxed().toList();
  }
}
