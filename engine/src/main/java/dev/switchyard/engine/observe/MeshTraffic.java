package dev.switchyard.engine.observe;

import dev.switchyard.engine.parallel.Axis;
import dev.switchyard.engine.parallel.Mesh;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What the devices of a mesh exchanged in a step, by the groups in which they did: along the expert
 * axis tokens, along the model axis sums of parts, over those that have the same weights gradients.
 *
 * @param mesh of the devices
 * @param channels every group of two devices or more that exchanged something, with what it did
 */
public record MeshTraffic(Mesh mesh, List<Channel> channels) {
  /**
   * Devices that exchange with one another.
   *
   * @param ranks of the group, in ascending order
   * @param axes along which the group lies, such as "data and expert"
   * @param flows by collective and payload
   */
  public record Channel(List<Integer> ranks, String axes, List<Flow> flows) {}

  /**
   * All collectives of one kind and payload of a group.
   *
   * @param collective such as "all-to-all"
   * @param what the payload
   * @param count how often in the step
   * @param bytes of the whole, mean over the group's devices, see {@link DeviceReport.Exchange}
   * @param sentBytes that a device sent to the others, mean
   * @param seconds from start to end, summed up over the step; mean over the devices
   * @param longestSeconds the same of the device for which they took longest
   */
  public record Flow(
      String collective,
      String what,
      long count,
      double bytes,
      double sentBytes,
      double seconds,
      double longestSeconds) {}

  private record Key(String collective, String what) {}

  /** Sums up what the devices of a step say; at least one device. */
  public static MeshTraffic of(List<DeviceReport> devices) {
    Mesh mesh = mesh(devices);
    Comparator<List<Integer>> byFirst = Comparator.comparing(List::getFirst);
    Map<List<Integer>, Map<Key, List<DeviceReport.Exchange>>> groups =
        new TreeMap<>(
            byFirst
                .thenComparing(List::size)
                .thenComparing(List::getLast)
                .thenComparing(List::toString));
    for (DeviceReport device : devices) {
      for (DeviceReport.Exchange each : device.exchanges()) {
        if (each.ranks() > 1) {
          groups
              .computeIfAbsent(group(mesh, device.rank(), each), g -> new LinkedHashMap<>())
              .computeIfAbsent(new Key(each.collective(), each.what()), k -> new ArrayList<>())
              .add(each);
        }
      }
    }
    List<Channel> channels = new ArrayList<>();
    groups.forEach(
        (ranks, flows) -> channels.add(new Channel(ranks, axes(mesh, ranks), flows(flows))));
    return new MeshTraffic(mesh, List.copyOf(channels));
  }

  /** The mesh on which devices stand, from their places. */
  public static Mesh mesh(List<DeviceReport> devices) {
    int data = 0;
    int expert = 0;
    int model = 0;
    for (DeviceReport device : devices) {
      data = Math.max(data, device.data());
      expert = Math.max(expert, device.expert());
      model = Math.max(model, device.model());
    }
    return new Mesh(data + 1, expert + 1, model + 1);
  }

  private static List<Flow> flows(Map<Key, List<DeviceReport.Exchange>> exchanges) {
    List<Flow> flows = new ArrayList<>();
    exchanges.forEach((key, all) -> flows.add(flow(key, all)));
    return List.copyOf(flows);
  }

  private static Flow flow(Key key, List<DeviceReport.Exchange> all) {
    return new Flow(
        key.collective(),
        key.what(),
        all.getFirst().count(),
        all.stream().mapToDouble(DeviceReport.Exchange::bytes).average().orElse(0),
        all.stream().mapToDouble(DeviceReport.Exchange::sentBytes).average().orElse(0),
        all.stream().mapToDouble(DeviceReport.Exchange::seconds).average().orElse(0),
        all.stream().mapToDouble(DeviceReport.Exchange::seconds).max().orElse(0));
  }

  /** With whom a device exchanged; which axes that is follows from the payload. */
  static List<Integer> group(Mesh mesh, int rank, DeviceReport.Exchange exchange) {
    List<Integer> likely =
        switch (exchange.what()) {
          case "gradient norm" -> mesh.group(rank, Axis.DATA, Axis.EXPERT, Axis.MODEL);
          case "expert gradients" -> mesh.group(rank, Axis.DATA);
          case "gradients", "updated weights" -> mesh.group(rank, Axis.DATA, Axis.EXPERT);
          case "slot counts", "slots used" -> mesh.group(rank, Axis.EXPERT);
          default ->
              mesh.group(
                  rank, exchange.collective().equals("all-to-all") ? Axis.EXPERT : Axis.MODEL);
        };
    return likely.size() == exchange.ranks() ? likely : ofSize(mesh, rank, exchange.ranks());
  }

  /** Such as experts' updated weights, which go along the data axis alone. */
  private static List<Integer> ofSize(Mesh mesh, int rank, int ranks) {
    for (Axis axis : Axis.values()) {
      if (mesh.length(axis) == ranks) {
        return mesh.group(rank, axis);
      }
    }
    return mesh.group(rank, Axis.DATA, Axis.EXPERT, Axis.MODEL);
  }

  private static String axes(Mesh mesh, List<Integer> ranks) {
    Mesh.Coordinates first = mesh.at(ranks.getFirst());
    Mesh.Coordinates last = mesh.at(ranks.getLast());
    boolean[] differs = {
      first.data() != last.data(), first.expert() != last.expert(), first.model() != last.model()
    };
    return String.join(
        " and ",
        Arrays.stream(Axis.values())
            .filter(axis -> differs[axis.ordinal()])
            .map(Axis::word)
            .toList());
  }
}
