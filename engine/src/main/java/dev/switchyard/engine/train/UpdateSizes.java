package dev.switchyard.engine.train;

import dev.switchyard.engine.backend.Backend;
import dev.switchyard.engine.layer.Parameter;
import dev.switchyard.engine.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * How far one update moves each group of weights, against their size: the norm of the difference
 * over the norm of the weights. It needs room for a copy of one parameter at a time.
 */
final class UpdateSizes implements UpdateListener {
  private final Backend backend;
  private final Map<String, Sums> sums = new LinkedHashMap<>();
  private Tensor before;

  /**
   * Of one parameter, or of one device's part of it.
   *
   * @param group see {@link #group}
   * @param moved sum of squares of the differences
   * @param squares sum of squares of the weights after the update
   * @param elements that were counted
   */
  private record Sums(String group, double moved, double squares, long elements) {
    Sums plus(Sums other) {
      return new Sums(
          group, moved + other.moved, squares + other.squares, elements + other.elements);
    }
  }

  UpdateSizes(Backend backend) {
    this.backend = backend;
  }

  @Override
  public void before(Parameter parameter) {
    before = backend.allocate(parameter.value().shape());
    backend.copy(parameter.value(), before);
  }

  @Override
  public void after(Parameter parameter) {
    Tensor difference = before;
    before = null;
    backend.scale(difference, -1);
    backend.add(parameter.value(), difference);
    String name = name(parameter);
    sums.merge(
        name,
        new Sums(
            group(name),
            backend.sumOfSquares(difference),
            backend.sumOfSquares(parameter.value()),
            difference.size()),
        Sums::plus);
    backend.free(difference);
  }

  /** The same name on every device, whichever experts it holds. */
  private static String name(Parameter parameter) {
    return parameter.names().getFirst().replaceFirst("expert_\\d+", "expert_*");
  }

  /** What a weight does: a few groups, whatever the model's depth. */
  static String group(String name) {
    if (name.contains(".experts.")) {
      return "experts";
    } else if (name.contains("router")) {
      return "routers";
    } else if (name.contains("layer_norm")) {
      return "norms";
    } else if (name.contains("Attention")) {
      return "attention";
    }
    return name.startsWith("shared") || name.startsWith("lm_head") ? "embeddings" : "feed-forward";
  }

  /**
   * Norm of the update over norm of the weights, by group.
   *
   * @param devices what each device measured; weights that several hold count once
   * @param whole the whole model's parameters
   */
  static Map<String, Double> ratios(List<UpdateSizes> devices, List<Parameter> whole) {
    Map<String, Sums> all = new LinkedHashMap<>();
    devices.forEach(each -> each.sums.forEach((name, sum) -> all.merge(name, sum, Sums::plus)));
    Map<String, double[]> groups = new TreeMap<>();
    for (Parameter parameter : whole) {
      Sums sum = all.get(name(parameter));
      if (sum != null && sum.elements() > 0) {
        double once = (double) parameter.place().size() / sum.elements();
        double[] group = groups.computeIfAbsent(sum.group(), g -> new double[2]);
        group[0] += once * sum.moved();
        group[1] += once * sum.squares();
      }
    }
    Map<String, Double> ratios = new LinkedHashMap<>();
    groups.forEach((group, of) -> ratios.put(group, of[1] > 0 ? Math.sqrt(of[0] / of[1]) : 0));
    return ratios;
  }
}
