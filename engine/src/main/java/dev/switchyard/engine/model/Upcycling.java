package dev.switchyard.engine.model;

import dev.switchyard.engine.configuration.InputException;
import dev.switchyard.engine.configuration.SettingsRecord;
import dev.switchyard.engine.layer.ParameterSource.Start;
import dev.switchyard.engine.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A trained dense model made sparse (sparse upcycling, Komatsuzaki and others 2022): where a block
 * becomes sparse, every expert starts as a copy of its feed-forward network, and the router is
 * drawn anew; all else is taken over.
 *
 * <p>A Switch layer multiplies the expert's output by the gate, so that at the start it gives gate
 * x what the dense network gave. Where gates are divided by their sum over the token's experts
 * (selection top_k of two or more, renormalise_gates) and no token is dropped, it gives exactly
 * that.
 */
public final class Upcycling {
  private static final Pattern EXPERT = Pattern.compile("\\.mlp\\.experts\\.expert_\\d+\\.");
  private static final String ROUTER = ".mlp.router.classifier.";

  /** What may differ from the dense model; the rest decides the shapes of its tensors. */
  private static final List<String> FREE =
      List.of(
          "num_experts",
          "encoder_sparse_step",
          "decoder_sparse_step",
          "sparse_layer_placement",
          "encoder_sparse_layers",
          "decoder_sparse_layers",
          "dropout_rate",
          "expert_dropout_rate",
          "init_scale",
          "router_init",
          "output_z_loss_coef");

  private final ModelConfig sparse;
  private final boolean treeRouters;
  private final Initialisation initialisation;

  private Upcycling(ModelConfig sparse, boolean treeRouters, Initialisation initialisation) {
    this.sparse = sparse;
    this.treeRouters = treeRouters;
    this.initialisation = initialisation;
  }

  /**
   * What a dense model becomes.
   *
   * @param settings of the model that differ: experts, places of the sparse blocks
   * @param treeRouters whether routers decide bit by bit
   * @param seed of the routers' weights
   * @throws InputException where the model is not dense, or does not become sparse, or a setting
   *     would change more than that
   */
  public static Upcycling of(
      ModelConfig dense, Map<String, ?> settings, boolean treeRouters, long seed) {
    if (dense.switchLayers(true) + dense.switchLayers(false) > 0) {
      throw new InputException(
          "The model has Switch layers already: only a dense model can be upcycled.");
    }
    if (dense.dense() && (dense.sharedExpertDFf() > 0 || !dense.switchAttention().equals("none"))) {
      throw new InputException(
          "The model is the dense twin of one with shared experts or Switch layers in attention:"
              + " only one of plain feed-forward layers can be upcycled.");
    }
    for (String name : SettingsRecord.names(ModelConfig.class)) {
      if (settings.containsKey(name) && !FREE.contains(name)) {
        throw new InputException(
            "%s is the dense model's own: upcycling can change %s."
                .formatted(name, String.join(", ", FREE)));
      }
    }
    Map<String, Object> changes = new LinkedHashMap<>(settings);
    changes.put("dense", false);
    ModelConfig sparse = SettingsRecord.with(dense, changes);
    if (sparse.switchLayers(true) + sparse.switchLayers(false) == 0) {
      throw new InputException(
          "No block would be sparse: lower encoder_sparse_step and decoder_sparse_step, or name"
              + " blocks in encoder_sparse_layers or decoder_sparse_layers.");
    }
    return new Upcycling(sparse, treeRouters, Initialisation.of(sparse, seed));
  }

  /** What it becomes. */
  public ModelConfig sparse() {
    return sparse;
  }

  /**
   * The dense model's parameter as a copy of which one of the sparse model's starts; none for a
   * router.
   */
  public Optional<String> source(String name) {
    return name.contains(ROUTER)
        ? Optional.empty()
        : Optional.of(EXPERT.matcher(name).replaceFirst(".mlp."));
  }

  /** Its parameters. */
  public List<ParameterShape> parameters() {
    return Layers.parameterShapes(sparse, treeRouters);
  }

  /** The initial weights of a router of this shape. */
  public float[] router(String name, int... shape) {
    Initialisation.Draw draw = initialisation.draw(Start.ROUTER, name, shape);
    float[] weights = new float[Math.toIntExact(Tensor.sizeOf(shape))];
    for (int i = 0; i < weights.length; i++) {
      weights[i] = draw.at(i);
    }
    return weights;
  }
}
