package dev.switchyard.views.fake;

import dev.switchyard.engine.observe.ExpertSimilarity;
import dev.switchyard.engine.observe.Inspection;
import dev.switchyard.engine.observe.StoredWeight;
import dev.switchyard.engine.observe.WeightStatistics;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.stream.LongStream;

/** Weights that nobody trained. */
public final class FakeInspection implements Inspection {
  private static final int EXPERTS = 8;

  private final String name;
  private final List<StoredWeight> weights = new ArrayList<>();

  FakeInspection(String name) {
    this.name = name;
    add("shared.weight", 8192, 256);
    for (int block = 0; block < 4; block++) {
      String prefix = "encoder.block." + block;
      add(prefix + ".layer.0.SelfAttention.q.weight", 256, 256);
      if (block % 2 == 0) {
        add(prefix + ".layer.1.mlp.wi.weight", 1024, 256);
        continue;
      }
      add(prefix + ".layer.1.mlp.router.classifier.weight", EXPERTS, 256);
      for (int e = 0; e < EXPERTS; e++) {
        add(prefix + ".layer.1.mlp.experts.expert_" + e + ".wi.weight", 1024, 256);
      }
    }
  }

  private void add(String weight, long... shape) {
    weights.add(StoredWeight.of(weight, "F32", shape, 4, "model.safetensors"));
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public List<StoredWeight> weights() {
    return weights;
  }

  @Override
  public List<String> expertLayers() {
    return List.of("encoder.block.1.layer.1.mlp", "encoder.block.3.layer.1.mlp");
  }

  @Override
  public WeightStatistics statistics(String weight, BooleanSupplier stop) {
    StoredWeight of =
        weights.stream().filter(w -> w.name().equals(weight)).findFirst().orElseThrow();
    List<Long> bins =
        LongStream.range(-30, 31)
            .map(i -> Math.round(4000 * Math.exp(-i * i / 200.0)))
            .boxed()
            .toList();
    return new WeightStatistics(of, 0.0004, 0.0512, -0.31, 0.27, 26.2, 3, 0, -0.25, 0.25, bins);
  }

  @Override
  public ExpertSimilarity similarity(String layer, BooleanSupplier stop) {
    float[] weights = new float[EXPERTS * EXPERTS];
    float[] router = new float[EXPERTS * EXPERTS];
    for (int i = 0; i < EXPERTS; i++) {
      for (int j = 0; j < EXPERTS; j++) {
        weights[i * EXPERTS + j] = i == j ? 1 : 0.1f * ((i + j) % 6);
        router[i * EXPERTS + j] = i == j ? 1 : 0.2f * ((i + j) % 7) - 0.6f;
      }
    }
    return new ExpertSimilarity(layer, EXPERTS, weights, 65_536, 524_288, router);
  }

  @Override
  public void close() {}
}
