package dev.switchyard.engine.model;

import dev.switchyard.engine.configuration.InputException;
import dev.switchyard.engine.configuration.SettingsRecord;
import dev.switchyard.engine.layer.Held;
import dev.switchyard.engine.parallel.Mesh;
import dev.switchyard.engine.parallel.Rank;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Which part of each parameter a device of a mesh holds. Along the model axis it has the layers of
 * a model with a share of the heads and of the hidden widths; along the expert axis, a share of
 * each Switch layer's experts.
 */
final class ParameterDivision {
  private final Rank rank;
  private final ModelConfig own;
  private final List<ParameterShape> whole;
  private final boolean treeRouters;
  private int next;

  private ParameterDivision(
      Rank rank, ModelConfig own, List<ParameterShape> whole, boolean treeRouters) {
    this.treeRouters = treeRouters;
    this.rank = rank;
    this.own = own;
    this.whole = whole;
  }

  /**
   * The division for a device.
   *
   * @param treeRouters whether routers are trees
   * @throws InputException where the model does not divide so
   */
  static ParameterDivision of(ModelConfig config, Rank rank, boolean treeRouters) {
    refuse(whyNot(config, rank.mesh()));
    int models = rank.mesh().model();
    ModelConfig own =
        models == 1
            ? config
            : SettingsRecord.with(
                config,
                Map.of(
                    "num_heads", config.numHeads() / models,
                    "d_ff", config.dFf() / models,
                    "shared_expert_d_ff", config.sharedExpertDFf() / models));
    return new ParameterDivision(
        rank, own, Layers.parameterShapes(config, treeRouters), treeRouters);
  }

  /**
   * Why a model can't be divided over a mesh, for people; empty where it can. A model without
   * Switch layers, such as a dense twin, divides its rows alone along the expert axis.
   */
  static Optional<String> whyNot(ModelConfig config, Mesh mesh) {
    int experts = config.numExperts();
    boolean sparse = config.switchLayers(true) + config.switchLayers(false) > 0;
    if (sparse && experts % mesh.expert() != 0) {
      return Optional.of(
          "num_experts is %d, which do not divide over the %d devices of mesh %s along expert."
              .formatted(experts, mesh.expert(), mesh));
    }
    int models = mesh.model();
    if (models == 1) {
      return Optional.empty();
    }
    String what =
        config.numHeads() % models != 0
            ? "num_heads is " + config.numHeads()
            : config.dFf() % models != 0
                ? "d_ff is " + config.dFf()
                : config.sharedExpertDFf() % models != 0
                    ? "shared_expert_d_ff is " + config.sharedExpertDFf()
                    : null;
    if (what != null) {
      return Optional.of(
          "%s, which does not divide over the %d devices of mesh %s along model."
              .formatted(what, models, mesh));
    } else if (!config.switchAttention().equals("none")) {
      return Optional.of(
          "switch_attention is %s, whose experts can't be divided along model: choose a mesh with"
                  .formatted(config.switchAttention())
              + " data and expert alone.");
    }
    return Optional.empty();
  }

  /** Why an optimizer can't update a model that is divided over a mesh; empty where it can. */
  static Optional<String> whyNotUpdatedBy(String optimizer, Mesh mesh) {
    return mesh.model() > 1 && optimizer.equals("adafactor")
        ? Optional.of(
            "adafactor looks at whole matrices, which mesh %s divides along model: choose adamw."
                .formatted(mesh))
        : Optional.empty();
  }

  /**
   * Throws what there is.
   *
   * @throws InputException with the reason
   */
  static void refuse(Optional<String> why) {
    why.ifPresent(
        each -> {
          throw new InputException(each);
        });
  }

  /** The model whose layers this device computes. */
  ModelConfig own() {
    return own;
  }

  /** Elements of each parameter here, in the order in which layers ask for them. */
  List<Long> sizes() {
    return Layers.parameterShapes(own, treeRouters).stream()
        .map(shape -> shape.size() / (isDivided(shape) ? rank.mesh().expert() : 1))
        .toList();
  }

  private boolean isDivided(ParameterShape shape) {
    return shape.names().size() > 1 && rank.mesh().expert() > 1;
  }

  /**
   * What a device holds of a parameter.
   *
   * @param names of the tensors in a checkpoint that are here
   * @param shape here
   * @param wholeOfName shape of what one name stands for in the whole model
   */
  record Part(List<String> names, int[] shape, int[] wholeOfName, Held held) {}

  /** The part of the next parameter that a layer asks for. */
  Part next(List<String> names, int[] asked) {
    int[] all = whole.get(next++).shape();
    ParameterShape shape = new ParameterShape(names, asked);
    boolean divided = isDivided(shape);
    int[] here = asked.clone();
    List<String> own = names;
    if (divided) {
      int each = names.size() / rank.mesh().expert();
      int first = each * rank.place().expert();
      here[0] = each;
      own = List.copyOf(names.subList(first, first + each));
    }
    // An expert's tensor has no axis of experts in a checkpoint.
    int skip = asked.length == 3 ? 1 : 0;
    int[] one = Arrays.copyOfRange(all, skip, all.length);
    int axis = -1;
    for (int i = 0; i < one.length; i++) {
      axis = one[i] == asked[i + skip] ? axis : i;
    }
    Held held =
        new Held(
            divided, axis, axis < 0 ? 0 : rank.place().model(), axis < 0 ? 1 : rank.mesh().model());
    return new Part(own, here, one, held);
  }
}
