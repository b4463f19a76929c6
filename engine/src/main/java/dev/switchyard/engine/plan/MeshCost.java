package dev.switchyard.engine.plan;

import dev.switchyard.engine.model.ModelConfig;
import dev.switchyard.engine.model.ParameterPart;
import dev.switchyard.engine.model.ParameterShape;
import dev.switchyard.engine.model.SwitchTransformer;
import dev.switchyard.engine.moe.RoutingConfig;
import dev.switchyard.engine.parallel.Collective;
import dev.switchyard.engine.parallel.Mesh;
import java.util.ArrayList;
import java.util.List;

/**
 * The cost of a training step on a mesh. Rows divide over data and expert axes, experts over the
 * expert axis, attention heads and hidden widths over the model axis; everything else is on every
 * device. Devices along the model axis are neighbours, then those along the expert axis.
 */
final class MeshCost {
  private static final double GIGA = 1e9;
  private static final double TERA = 1e12;
  private static final double MICRO = 1e-6;
  // A matrix of two sides at least as long is remembered by its rows and columns.
  private static final int SMALLEST_FACTORED = 128;

  private final ModelConfig model;
  private final RoutingConfig routing;
  private final ClusterConfig cluster;
  private final WorkloadConfig work;
  private final List<ParameterShape> parameters;

  MeshCost(
      ModelConfig model,
      RoutingConfig routing,
      ClusterConfig cluster,
      WorkloadConfig work,
      List<ParameterShape> parameters) {
    this.model = model;
    this.routing = routing;
    this.cluster = cluster;
    this.work = work;
    this.parameters = parameters;
  }

  MeshPlan of(Mesh mesh) {
    StepShape step = StepShape.of(mesh, model, routing, work);
    MemoryUse memory = memory(mesh, step);
    List<Communication> communications = communications(mesh, step);
    return new MeshPlan(
        mesh,
        memory,
        communications,
        time(step, memory, communications),
        memory.total() <= cluster.deviceMemory() * GIGA,
        step.capacity(),
        SwitchTransformer.whyNotUpdatedBy(work.planOptimizer(), mesh).orElse(""));
  }

  // ---- memory ----

  /** Numbers of a parameter that one device holds. */
  private static double held(ParameterShape parameter, Mesh mesh) {
    double size = parameter.size();
    return switch (parameter.part()) {
      case ATTENTION, FEED_FORWARD -> size / mesh.model();
      case EXPERTS -> size / mesh.expert() / mesh.model();
      case ATTENTION_EXPERTS -> size / mesh.expert();
      case OTHER ->
          parameter.names().getFirst().contains("relative_attention_bias")
              ? size / mesh.model()
              : size;
      case EMBEDDING, ROUTERS -> size;
    };
  }

  private static boolean isExpert(ParameterShape parameter) {
    return parameter.part() == ParameterPart.EXPERTS
        || parameter.part() == ParameterPart.ATTENTION_EXPERTS;
  }

  private double heldNumbers(Mesh mesh, boolean experts) {
    return parameters.stream()
        .filter(parameter -> isExpert(parameter) == experts)
        .mapToDouble(parameter -> held(parameter, mesh))
        .sum();
  }

  /** Bytes that an optimizer remembers of what one device holds. */
  private double optimizer(Mesh mesh) {
    double bytes = 0;
    for (ParameterShape parameter : parameters) {
      double numbers = held(parameter, mesh) * perWeight(parameter);
      double copies = isExpert(parameter) ? mesh.data() : mesh.shards();
      bytes += Float.BYTES * numbers / (work.planZero1() ? copies : 1);
    }
    return bytes;
  }

  private double perWeight(ParameterShape parameter) {
    if (work.planOptimizer().equals("adamw")) {
      return 2;
    }
    int[] shape = parameter.shape();
    if (shape.length < 2) {
      return 1;
    }
    double rows = shape[shape.length - 2];
    double columns = shape[shape.length - 1];
    return Math.min(rows, columns) < SMALLEST_FACTORED ? 1 : (rows + columns) / (rows * columns);
  }

  private MemoryUse memory(Mesh mesh, StepShape step) {
    double experts = heldNumbers(mesh, true);
    double numbers = heldNumbers(mesh, false) + experts;
    return new MemoryUse(
        numbers * work.weightBytes(),
        experts * work.weightBytes(),
        numbers * work.gradientBytes(),
        optimizer(mesh),
        step.activations() * work.activationBytes(),
        step.exchangeBuffers() * work.activationBytes());
  }

  // ---- communication ----

  /**
   * How often a layer's tokens are exchanged in one direction: forward, backward, and forward again
   * where activations are recomputed, since nothing that was received is kept then.
   */
  private int passes() {
    return work.recompute() ? 3 : 2;
  }

  private List<Communication> communications(Mesh mesh, StepShape step) {
    List<Communication> all = new ArrayList<>();
    int expertSpan = mesh.expert() * mesh.model();
    for (StepShape.Stack stack : step.stacks()) {
      if (mesh.expert() > 1 && stack.switchLayers() > 0) {
        all.add(
            communication(
                "tokens to experts and back",
                stack.name() + " Switch layers",
                Collective.ALL_TO_ALL,
                mesh.expert(),
                expertSpan,
                stack.switchLayers(),
                2 * passes() * work.planMicroBatches(),
                stack.slots() * model.dModel() * work.activationBytes()));
      }
      if (mesh.model() > 1) {
        all.addAll(alongModel(mesh, stack));
      }
    }
    if (mesh.shards() > 1) {
      // Experts that are on every device go with the rest.
      double same = heldNumbers(mesh, false) + (mesh.expert() > 1 ? 0 : heldNumbers(mesh, true));
      all.addAll(gradients("gradients", "all layers", mesh.shards(), mesh, same));
    }
    double experts = heldNumbers(mesh, true);
    if (mesh.data() > 1 && mesh.expert() > 1 && experts > 0) {
      all.addAll(gradients("expert gradients", "all Switch layers", mesh.data(), mesh, experts));
    }
    return List.copyOf(all);
  }

  /** Under ZeRO-1 each sum goes to its owner alone, who gives the updated weights to all. */
  private List<Communication> gradients(
      String what, String where, int ranks, Mesh mesh, double numbers) {
    double bytes = numbers * work.gradientBytes();
    int span = mesh.size();
    if (!work.planZero1()) {
      return List.of(communication(what, where, Collective.ALL_REDUCE, ranks, span, 1, 1, bytes));
    }
    return List.of(
        communication(what, where, Collective.REDUCE_SCATTER, ranks, span, 1, 1, bytes),
        communication(
            "updated weights",
            where,
            Collective.BROADCAST,
            ranks,
            span,
            1,
            1,
            numbers * work.weightBytes()));
  }

  private List<Communication> alongModel(Mesh mesh, StepShape.Stack stack) {
    List<Communication> all = new ArrayList<>();
    double tokens = stack.tokens() * model.dModel() * work.activationBytes();
    double slots = stack.slots() * model.dModel() * work.activationBytes();
    int times = passes() * work.planMicroBatches();
    int dense = stack.blocks() - stack.sparseBlocks();
    all.add(
        communication(
            "attention's tokens",
            stack.name() + " attention",
            Collective.ALL_REDUCE,
            mesh.model(),
            mesh.model(),
            stack.attentions(),
            times,
            tokens));
    if (dense > 0) {
      all.add(
          communication(
              "feed-forward tokens",
              stack.name() + " feed-forward layers",
              Collective.ALL_REDUCE,
              mesh.model(),
              mesh.model(),
              dense,
              times,
              tokens));
    }
    if (stack.sparseBlocks() > 0) {
      all.add(
          communication(
              "expert tokens",
              stack.name() + " Switch layers",
              Collective.ALL_REDUCE,
              mesh.model(),
              mesh.model(),
              stack.sparseBlocks(),
              times,
              slots));
    }
    if (stack.memoryTokens() > 0) {
      all.add(
          communication(
              "the encoder's gradient",
              "cross-attention",
              Collective.ALL_REDUCE,
              mesh.model(),
              mesh.model(),
              1,
              work.planMicroBatches(),
              stack.memoryTokens() * model.dModel() * work.activationBytes()));
    }
    return all;
  }

  private Communication communication(
      String what,
      String where,
      Collective collective,
      int ranks,
      int span,
      int layers,
      int perLayer,
      double bytes) {
    int messages =
        switch (collective) {
          case ALL_REDUCE -> 2 * (ranks - 1);
          case BARRIER -> 1;
          default -> ranks - 1;
        };
    // Large groups go in trees and batches of messages: their latency grows with the logarithm.
    double steps = Math.min(messages, 2 * Math.ceil(Math.log(ranks) / Math.log(2)));
    double seconds =
        collective.sentBytes(bytes, ranks) / (cluster.bandwidth(span) * GIGA)
            + steps * cluster.latency() * MICRO;
    boolean network = span > cluster.devicesPerNode();
    return new Communication(
        what, where, collective, ranks, layers, perLayer, bytes, seconds, network);
  }

  // ---- time ----

  private StepTime time(StepShape step, MemoryUse memory, List<Communication> communications) {
    double passes = work.recompute() ? 4 : 3;
    double products = step.forwardFlops() / (cluster.flops() * TERA * cluster.efficiency());
    double reading =
        memory.weights() * work.planMicroBatches() / (cluster.memoryBandwidth() * GIGA);
    double compute = passes * Math.max(products, reading);
    double backward = compute * 2 / passes;
    double touched = 2 * memory.weights() + memory.gradients() + 2 * memory.optimizer();
    double exchange = 0;
    double alongModel = 0;
    double gradients = 0;
    double weights = 0;
    for (Communication each : communications) {
      if (each.collective() == Collective.ALL_TO_ALL) {
        exchange += each.stepSeconds();
      } else if (each.what().endsWith("gradients")) {
        gradients += each.stepSeconds();
      } else if (each.what().equals("updated weights")) {
        weights += each.stepSeconds();
      } else {
        alongModel += each.stepSeconds();
      }
    }
    double hidden = Math.min(gradients * work.gradientOverlap(), backward);
    return new StepTime(
        compute,
        touched / (cluster.memoryBandwidth() * GIGA),
        exchange * (1 - work.exchangeOverlap()),
        alongModel,
        gradients - hidden + weights);
  }
}
