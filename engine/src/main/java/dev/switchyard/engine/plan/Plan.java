package dev.switchyard.engine.plan;

import dev.switchyard.engine.model.ModelConfig;
import dev.switchyard.engine.model.ParameterPart;
import dev.switchyard.engine.moe.RoutingConfig;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A model on a cluster.
 *
 * @param parameters numbers in the whole model
 * @param parts the same by what they belong to
 * @param tokens of a batch that are trained on
 * @param strategies the best mesh of each strategy that the model's sizes allow; best first
 * @param best the fastest that fits; null where none does
 */
public record Plan(
    ModelConfig model,
    RoutingConfig routing,
    ClusterConfig cluster,
    WorkloadConfig workload,
    long parameters,
    Map<ParameterPart, Long> parts,
    long tokens,
    List<MeshPlan> strategies,
    MeshPlan best) {
  /** The fastest that fits and that the engine's own trainer takes. */
  public Optional<MeshPlan> bestTrainable() {
    return strategies.stream().filter(each -> each.fits() && each.isTrainable()).findFirst();
  }
}
