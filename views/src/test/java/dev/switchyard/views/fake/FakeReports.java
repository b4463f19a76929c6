package dev.switchyard.views.fake;

import dev.switchyard.engine.observe.BatchRouting;
import dev.switchyard.engine.observe.ProbeReport;
import dev.switchyard.engine.observe.StepReport;
import dev.switchyard.engine.observe.StepReport.LayerReport;
import dev.switchyard.engine.observe.StepReport.ModelReport;
import dev.switchyard.engine.observe.StepRouting;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Reports as a run that goes well would make them: smooth progress, noise, experts that settle. */
public final class FakeReports {
  /** Names of the Switch layers. */
  public static final List<String> LAYERS =
      List.of("encoder.block.1", "encoder.block.3", "decoder.block.1", "decoder.block.3");

  private static final int TOKENS_PER_STEP = 2560;

  private FakeReports() {}

  /** The report of a step, always the same for the same step. */
  public static StepReport report(long step, int experts, boolean twin) {
    return report(step, experts, twin, LAYERS);
  }

  /** The same for other layers. */
  public static StepReport report(long step, int experts, boolean twin, List<String> names) {
    Random noise = new Random(step * 7919 + 13);
    double progress = step / 900.0;
    double sparse = 2.25 + 2.8 * Math.exp(-3.4 * progress) + 0.05 * noise.nextGaussian();
    double dense = 2.95 + 2.1 * Math.exp(-2.6 * progress) + 0.05 * noise.nextGaussian();
    List<LayerReport> layers = new ArrayList<>();
    double dropped = 0;
    double balance = 0;
    for (int l = 0; l < names.size(); l++) {
      LayerReport layer = layer(step, l, names.get(l), experts, progress, noise);
      layers.add(layer);
      dropped += layer.droppedFraction() / names.size();
      balance += layer.loadBalancingLoss() / names.size();
    }
    ModelReport model =
        new ModelReport(
            step * TOKENS_PER_STEP,
            step * 0.0228,
            sparse + 0.01 * balance * names.size(),
            sparse,
            balance,
            0.4,
            81,
            dropped,
            0.8 + 0.1 * noise.nextDouble(),
            112_000 + 3000 * noise.nextGaussian(),
            layers,
            step % 50 == 0 ? updates(progress) : Map.of());
    ModelReport other =
        twin
            ? new ModelReport(
                step * TOKENS_PER_STEP,
                step * 0.0192,
                dense,
                dense,
                0,
                0,
                81,
                0,
                0.7,
                133_000,
                List.of())
            : null;
    return new StepReport(step, 2e-3, model, other);
  }

  private static LayerReport layer(
      long step, int index, String name, int experts, double progress, Random noise) {
    float[] load = new float[experts];
    Random character = new Random(31L * index + 5);
    double sum = 0;
    for (int e = 0; e < experts; e++) {
      double lean = 1.1 * character.nextGaussian();
      double settles = Math.exp(-2.2 * progress);
      double wander = 0.18 * Math.sin(step / (60.0 + 9 * e) + e + index);
      double value =
          Math.exp(lean * settles * 0.8 + wander + 0.12 * noise.nextGaussian() + 0.06 * lean);
      if (e == 3 && progress < 0.35) {
        value *= 0.06;
      }
      load[e] = (float) value;
      sum += value;
    }
    double most = 0;
    double balance = 0;
    double dropped = 0;
    for (int e = 0; e < experts; e++) {
      load[e] *= (float) (experts / sum);
      most = Math.max(most, load[e]);
      balance += load[e] * load[e] / experts;
      dropped += Math.max(0, load[e] - 1.25) / experts;
    }
    return new LayerReport(
        name,
        100,
        load,
        dropped,
        0.6 + 0.4 * balance,
        0.4 + 0.1 * index,
        Math.log(experts) * (0.35 + 0.6 * Math.exp(-2 * progress)),
        0.3 + 0.5 * (1 - Math.exp(-2 * progress)));
  }

  private static Map<String, Double> updates(double progress) {
    Map<String, Double> ratios = new LinkedHashMap<>();
    ratios.put("experts", 0.004 * Math.exp(-progress));
    ratios.put("routers", 0.006 * Math.exp(-1.4 * progress));
    ratios.put("attention", 0.002 * Math.exp(-0.8 * progress));
    return ratios;
  }

  /** A look at two probes: their tokens settle at their experts, one after the other. */
  public static ProbeReport probes(long step, int experts) {
    List<ProbeReport.Probe> probes = new ArrayList<>();
    List<String> texts =
        List.of(
            "the kiln keeps seven red coals . the tide names a slow wave",
            "moss , seven coals sleep under the fern");
    for (int p = 0; p < texts.size(); p++) {
      List<String> tokens = List.of(texts.get(p).split(" "));
      List<ProbeReport.Layer> layers = new ArrayList<>();
      for (int l = 0; l < LAYERS.size(); l++) {
        int[] expert = new int[tokens.size()];
        boolean[] kept = new boolean[tokens.size()];
        for (int t = 0; t < expert.length; t++) {
          int home = Math.floorMod(tokens.get(t).hashCode() + 3 * l, experts);
          boolean settled = step / 120.0 > t % 7 + l;
          expert[t] = settled ? home : Math.floorMod(home + (int) (step / 50) * (t + 1), experts);
          kept[t] = settled || (t + step / 50) % 6 != 0;
        }
        layers.add(
            new ProbeReport.Layer(
                LAYERS.get(l), LAYERS.get(l).startsWith("enc"), experts, expert, kept));
      }
      probes.add(new ProbeReport.Probe(texts.get(p), tokens, tokens, layers));
    }
    return new ProbeReport(step, probes);
  }

  /** Where the tokens of a step's batch go: four rows; every ninth token of a layer is dropped. */
  public static BatchRouting batch(long step, int experts) {
    List<String> tokens = new ArrayList<>();
    for (int row = 0; row < 4; row++) {
      tokens.addAll(
          List.of("the kiln keeps seven red coals while the tide names a slow wave".split(" ")));
    }
    int capacity = tokens.size() / experts;
    List<StepRouting.Layer> layers = new ArrayList<>();
    for (int l = 0; l < LAYERS.size(); l++) {
      int n = tokens.size();
      int[] expert = new int[n];
      float[] gate = new float[n];
      int[] position = new int[n];
      int[] slot = new int[n];
      for (int t = 0; t < n; t++) {
        boolean dropped = (t + l) % 9 == 8;
        expert[t] = Math.floorMod(tokens.get(t).hashCode() + 3 * l + (int) step, experts);
        gate[t] = 0.25f + 0.5f * ((t * 7) % 10) / 10;
        position[t] = dropped ? capacity : t % capacity;
        slot[t] = dropped ? -1 : expert[t] * capacity + position[t];
      }
      expert[n - 1] = -1; // padding
      position[n - 1] = -1;
      slot[n - 1] = -1;
      layers.add(
          new StepRouting.Layer(LAYERS.get(l), experts, capacity, 1, expert, gate, position, slot));
    }
    return new BatchRouting(step, 4, tokens, tokens, layers);
  }

  /** The reports of steps 1 to some step. */
  public static List<StepReport> until(long step, int experts, boolean twin) {
    List<StepReport> all = new ArrayList<>();
    for (long s = 1; s <= step; s++) {
      all.add(report(s, experts, twin));
    }
    return all;
  }
}
