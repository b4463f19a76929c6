package dev.switchyard.engine.train;

import dev.switchyard.engine.data.Batch;
import dev.switchyard.engine.observe.DeviceReport;
import dev.switchyard.engine.observe.StepReport.LayerReport;
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
    int rows = batch.rows() / mesh.shards();
    int experts = config.model().numExperts() / mesh.expert();
    return new DeviceReport(
        rank.number(),
        at.data(),
        at.expert(),
        at.model(),
        rank.shard() * rows,
        rows,
        at.expert() * experts,
        experts,
        tokensReceived(rank, learners.getFirst(), config, batch),
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

  /** The loads of those whose tokens come here, counted again as tokens. */
  private static long tokensReceived(Rank rank, MeshLearner model, RunConfig config, Batch batch) {
    int all = config.model().numExperts();
    int here = all / rank.mesh().expert();
    int first = here * rank.place().expert();
    double tokens = 0;
    for (int sender = 0; sender < rank.mesh().expert(); sender++) {
      int from = rank.mesh().rank(rank.place().withExpert(sender));
      for (LayerReport layer : model.learner(from).figures().layers()) {
        double routed = routed(layer.name().startsWith("encoder"), config, batch);
        for (int e = first; e < first + here; e++) {
          tokens += layer.load()[e] * routed / all;
        }
      }
    }
    return Math.round(tokens);
  }

  private static double routed(boolean encoder, RunConfig config, Batch batch) {
    int[] mask = encoder ? batch.inputMask() : batch.targetMask();
    return config.routing().routerIgnorePaddingTokens() ? Arrays.stream(mask).sum() : mask.length;
  }
}
