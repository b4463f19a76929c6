package dev.switchyard.views.fake;

import dev.switchyard.engine.observe.DeviceReport;
import dev.switchyard.engine.observe.DeviceReport.Exchange;
import dev.switchyard.engine.parallel.Mesh;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** What the devices of a mesh would report of a step: some experts busier, some devices slower. */
public final class FakeDevices {
  private static final int ROWS = 64;
  private static final double KILO = 1e3;

  private FakeDevices() {}

  /** The devices of a step, always the same for the same step. */
  public static List<DeviceReport> of(long step, Mesh mesh, int experts) {
    List<DeviceReport> devices = new ArrayList<>();
    for (int rank = 0; rank < mesh.size(); rank++) {
      devices.add(device(new Random(step * 1009 + rank), rank, mesh, experts));
    }
    return devices;
  }

  private static DeviceReport device(Random noise, int rank, Mesh mesh, int experts) {
    Mesh.Coordinates at = mesh.at(rank);
    int rows = ROWS / mesh.shards();
    int here = experts / mesh.expert();
    List<Long> tokens = new ArrayList<>();
    for (int e = 0; e < here; e++) {
      tokens.add(Math.round(64 * Math.exp(0.5 * noise.nextGaussian())));
    }
    long received = tokens.stream().mapToLong(Long::longValue).sum();
    return new DeviceReport(
        rank,
        at.data(),
        at.expert(),
        at.model(),
        rows * mesh.shard(rank),
        rows,
        at.expert() * here,
        here,
        received,
        tokens,
        0.018 + 4e-6 * received + 2e-4 * rank,
        0.001 + 0.003 * noise.nextDouble(),
        0.004,
        270_000_000,
        exchanges(mesh));
  }

  private static List<Exchange> exchanges(Mesh mesh) {
    List<Exchange> all = new ArrayList<>();
    if (mesh.expert() > 1) {
      all.add(exchange("all-to-all", "tokens to experts", mesh.expert(), 8, 1570 * KILO, 4.1e-4));
      all.add(exchange("all-to-all", "slots used", mesh.expert(), 8, KILO, 3e-5));
    }
    if (mesh.model() > 1) {
      all.add(exchange("all-reduce", "attention", mesh.model(), 12, 800 * KILO, 6e-4));
    }
    if (mesh.data() > 1) {
      all.add(exchange("all-reduce", "expert gradients", mesh.data(), 4, 900 * KILO, 3e-4));
    }
    if (mesh.shards() > 1) {
      all.add(exchange("all-reduce", "gradients", mesh.shards(), 3, 360 * KILO, 2.2e-4));
    }
    all.add(exchange("all-reduce", "gradient norm", mesh.size(), 1, 8, 2e-5));
    return all;
  }

  private static Exchange exchange(
      String collective, String what, int ranks, long count, double bytes, double seconds) {
    double sent = bytes * (ranks - 1) / ranks * (collective.equals("all-reduce") ? 2 : 1);
    return new Exchange(collective, what, ranks, count, bytes, sent, sent, seconds);
  }
}
