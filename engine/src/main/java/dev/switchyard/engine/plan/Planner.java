package dev.switchyard.engine.plan;

import dev.switchyard.engine.configuration.InputException;
import dev.switchyard.engine.configuration.SettingsRecord;
import dev.switchyard.engine.model.ModelConfig;
import dev.switchyard.engine.model.ParameterPart;
import dev.switchyard.engine.model.ParameterShape;
import dev.switchyard.engine.model.SwitchTransformer;
import dev.switchyard.engine.moe.RoutingConfig;
import dev.switchyard.engine.parallel.Mesh;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Finds how a cluster trains a model fastest. */
public final class Planner {
  // What a model without a tokenizer reads: bytes and the marks between them.
  private static final int BYTES_VOCABULARY = 384;

  private Planner() {}

  /**
   * Looks at every mesh of the cluster's devices that the model's sizes allow.
   *
   * @param given the model; with a vocabulary of 0 it reads bytes
   * @throws InputException where none is allowed
   */
  public static Plan plan(
      ModelConfig given, RoutingConfig routing, ClusterConfig cluster, WorkloadConfig workload) {
    ModelConfig model = sized(given);
    List<ParameterShape> parameters = SwitchTransformer.parameterShapes(model, routing);
    Map<ParameterPart, Long> parts = new EnumMap<>(ParameterPart.class);
    parameters.forEach(each -> parts.merge(each.part(), each.size(), Math::addExact));
    MeshCost cost = new MeshCost(model, routing, cluster, workload, parameters);
    Map<Strategy, MeshPlan> bestOf = new EnumMap<>(Strategy.class);
    // Without experts, the expert axis divides rows alone, as the data axis does.
    boolean sparse = SparseLayers.inAll(model) > 0;
    for (Mesh mesh : meshes(cluster.devices())) {
      if ((sparse || mesh.expert() == 1) && whyNot(mesh, model, workload).isEmpty()) {
        bestOf.merge(Strategy.of(mesh), cost.of(mesh), Planner::better);
      }
    }
    if (bestOf.isEmpty()) {
      throw new InputException(
          ("No mesh of %d devices suits this model: %d rows can't be divided among them, nor its"
                  + " %d heads, d_ff %d and %d experts; change plan_rows or devices.")
              .formatted(
                  cluster.devices(),
                  workload.planRows(),
                  model.numHeads(),
                  model.dFf(),
                  model.numExperts()));
    }
    List<MeshPlan> sorted = new ArrayList<>(bestOf.values());
    sorted.sort(ORDER);
    long rowTokens =
        workload.planTargetLength() + (model.isEncoderDecoder() ? workload.planInputLength() : 0L);
    return new Plan(
        model,
        routing,
        cluster,
        workload,
        parts.values().stream().mapToLong(Long::longValue).sum(),
        parts,
        workload.planRows() * rowTokens,
        List.copyOf(sorted),
        sorted.getFirst().fits() ? sorted.getFirst() : null);
  }

  /** One mesh, whatever else there is. */
  public static MeshPlan plan(
      Mesh mesh,
      ModelConfig given,
      RoutingConfig routing,
      ClusterConfig cluster,
      WorkloadConfig workload) {
    ModelConfig model = sized(given);
    whyNot(mesh, model, workload)
        .ifPresent(
            why -> {
              throw new InputException(why);
            });
    return new MeshCost(
            model, routing, cluster, workload, SwitchTransformer.parameterShapes(model, routing))
        .of(mesh);
  }

  private static ModelConfig sized(ModelConfig model) {
    return model.vocabSize() > 0
        ? model
        : SettingsRecord.with(model, Map.of("vocab_size", BYTES_VOCABULARY));
  }

  /** What fits comes first, then the faster; of those that don't fit, the smaller. */
  private static final Comparator<MeshPlan> ORDER =
      Comparator.comparing((MeshPlan plan) -> !plan.fits())
          .thenComparing(plan -> plan.fits() ? plan.time().total() : plan.memory().total())
          .thenComparing(plan -> plan.memory().total());

  private static MeshPlan better(MeshPlan a, MeshPlan b) {
    return ORDER.compare(a, b) <= 0 ? a : b;
  }

  private static List<Mesh> meshes(int devices) {
    List<Mesh> meshes = new ArrayList<>();
    for (int model = 1; model <= devices; model++) {
      if (devices % model == 0) {
        int rest = devices / model;
        for (int expert = 1; expert <= rest; expert++) {
          if (rest % expert == 0) {
            meshes.add(new Mesh(rest / expert, expert, model));
          }
        }
      }
    }
    return meshes;
  }

  /** Why a model can't be divided so, by the trainer's own rules; empty where it can. */
  static Optional<String> whyNot(Mesh mesh, ModelConfig model, WorkloadConfig workload) {
    return SwitchTransformer.whyNotDivided(model, mesh)
        .or(
            () ->
                workload.planRows() % mesh.shards() == 0
                    ? Optional.empty()
                    : Optional.of(
                        ("plan_rows is %d, which do not divide evenly over the %d devices of mesh"
                                + " %s that have rows of their own.")
                            .formatted(workload.planRows(), mesh.shards(), mesh)));
  }
}
