package dev.switchyard.app.terminal;

import dev.switchyard.engine.configuration.SettingsRecord;
import dev.switchyard.engine.plan.Communication;
import dev.switchyard.engine.plan.MemoryUse;
import dev.switchyard.engine.plan.MeshPlan;
import dev.switchyard.engine.plan.Plan;
import dev.switchyard.engine.plan.StepTime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A plan for people and for machines. */
public final class PlanText {
  private PlanText() {}

  /** The model, a line for each strategy, and the best mesh in full. */
  public static List<String> lines(Plan plan) {
    List<String> lines = new ArrayList<>();
    lines.add(
        "%s parameters, %s tokens a step, %s devices of %s"
            .formatted(
                Figures.count(plan.parameters()),
                Figures.count(plan.tokens()),
                Figures.count(plan.cluster().devices()),
                Figures.bytes(plan.cluster().deviceMemory() * 1e9)));
    lines.add("");
    lines.add(
        "%-24s %-28s %10s %10s  %s"
            .formatted("divided over", "best mesh", "a device", "a step", ""));
    for (MeshPlan each : plan.strategies()) {
      lines.add(
          "%-24s %-28s %10s %10s  %s"
              .formatted(
                  each.strategy(),
                  each.mesh(),
                  Figures.bytes(each.memory().total()),
                  seconds(each.time().total()),
                  remark(each))
              .stripTrailing());
    }
    lines.add("");
    if (plan.best() == null) {
      lines.add("None fits. The smallest:");
    }
    lines.addAll(lines(plan.strategies().getFirst()));
    if (plan.best() != null && !plan.best().isTrainable()) {
      lines.add(
          plan.bestTrainable()
              .map(
                  each ->
                      "the fastest that this optimizer can train here: mesh %s, %s a step"
                          .formatted(each.mesh(), seconds(each.time().total())))
              .orElse("none that fits can be trained here with this optimizer"));
    }
    double seconds = plan.strategies().getFirst().time().total();
    lines.add("%s tokens a second".formatted(Figures.rate(plan.tokens() / seconds)));
    return lines;
  }

  /** One mesh: memory by part, every exchange, and the time of a step. */
  public static List<String> lines(MeshPlan plan) {
    List<String> lines = new ArrayList<>();
    lines.add("mesh %s%s".formatted(plan.mesh(), plan.fits() ? "" : " (does not fit)"));
    if (!plan.isTrainable()) {
      lines.add("cannot be trained here: " + plan.whyNotTrainable());
    }
    if (plan.expertCapacity() > 0) {
      lines.add("expert capacity of a group: " + Figures.count(plan.expertCapacity()));
    }
    lines.add("memory of a device: " + Figures.bytes(plan.memory().total()));
    memory(plan.memory())
        .forEach((part, bytes) -> lines.add("  %-34s %10s".formatted(part, Figures.bytes(bytes))));
    lines.add("exchanged, a device and step:");
    for (Communication each : plan.communications()) {
      lines.add(
          "  %-28s %-29s %7d x %s%s"
              .formatted(
                  each.collective().word() + " over " + each.ranks(),
                  each.what(),
                  each.count(),
                  Figures.bytes(each.bytes()),
                  each.overNetwork() ? ", network" : ""));
      lines.add(
          "  %-28s in %s; %s sent, %s"
              .formatted(
                  "",
                  each.where(),
                  Figures.bytes(each.stepSentBytes()),
                  seconds(each.stepSeconds())));
    }
    if (plan.communications().isEmpty()) {
      lines.add("  nothing");
    }
    StepTime time = plan.time();
    lines.add("time of a step: %s, mostly %s".formatted(seconds(time.total()), time.bound()));
    time.parts().forEach((part, each) -> lines.add("  %-34s %10s".formatted(part, seconds(each))));
    return lines;
  }

  private static String remark(MeshPlan plan) {
    String here = plan.isTrainable() ? "" : "needs adamw here";
    String both = plan.isTrainable() ? "" : ", ";
    return plan.fits() ? here : "does not fit" + both + here;
  }

  private static Map<String, Double> memory(MemoryUse memory) {
    Map<String, Double> parts = new LinkedHashMap<>();
    parts.put("weights", memory.weights());
    parts.put("  of them experts", memory.experts());
    parts.put("gradients", memory.gradients());
    parts.put("optimizer state", memory.optimizer());
    parts.put("activations", memory.activations());
    parts.put("expert slots", memory.exchange());
    return parts;
  }

  private static String seconds(double seconds) {
    if (seconds < 1e-3) {
      return Figures.format("%.1f us", seconds * 1e6);
    }
    return seconds < 1
        ? Figures.format("%.1f ms", seconds * 1e3)
        : Figures.format("%.2f s", seconds);
  }

  /** The same for machines, by snake_case name; bytes and seconds. */
  public static Map<String, Object> figures(Plan plan) {
    Map<String, Object> figures = new LinkedHashMap<>();
    figures.put("parameters", plan.parameters());
    Map<String, Object> parts = new LinkedHashMap<>();
    plan.parts().forEach((part, size) -> parts.put(part.word().replaceAll("[^a-z]", "_"), size));
    figures.put("parameters_by_part", parts);
    figures.put("tokens", plan.tokens());
    figures.put("cluster", SettingsRecord.values(plan.cluster()));
    figures.put("workload", SettingsRecord.values(plan.workload()));
    figures.put("strategies", plan.strategies().stream().map(PlanText::figures).toList());
    figures.put("best", plan.best() == null ? null : plan.best().mesh().toString());
    figures.put(
        "best_trainable", plan.bestTrainable().map(each -> each.mesh().toString()).orElse(null));
    return figures;
  }

  /** One mesh for machines. */
  public static Map<String, Object> figures(MeshPlan plan) {
    Map<String, Object> figures = new LinkedHashMap<>();
    figures.put("strategy", plan.strategy());
    figures.put(
        "mesh",
        Map.of(
            "data", plan.mesh().data(),
            "expert", plan.mesh().expert(),
            "model", plan.mesh().model()));
    figures.put("fits", plan.fits());
    figures.put("trainable", plan.isTrainable());
    figures.put("why_not_trainable", plan.isTrainable() ? null : plan.whyNotTrainable());
    figures.put("expert_capacity", plan.expertCapacity());
    Map<String, Object> memory = new LinkedHashMap<>();
    memory.put("weights", plan.memory().weights());
    memory.put("weights_of_experts", plan.memory().experts());
    memory.put("gradients", plan.memory().gradients());
    memory.put("optimizer", plan.memory().optimizer());
    memory.put("activations", plan.memory().activations());
    memory.put("expert_slots", plan.memory().exchange());
    memory.put("total", plan.memory().total());
    figures.put("memory_bytes", memory);
    figures.put("communications", plan.communications().stream().map(PlanText::figures).toList());
    Map<String, Object> time = new LinkedHashMap<>();
    time.put("computation", plan.time().compute());
    time.put("weight_update", plan.time().update());
    time.put("all_to_all", plan.time().exchange());
    time.put("model_all_reduce", plan.time().model());
    time.put("gradient_all_reduce", plan.time().gradients());
    time.put("total", plan.time().total());
    figures.put("step_seconds", time);
    figures.put("bound", plan.time().bound());
    return figures;
  }

  private static Map<String, Object> figures(Communication each) {
    Map<String, Object> figures = new LinkedHashMap<>();
    figures.put("what", each.what());
    figures.put("where", each.where());
    figures.put("collective", each.collective().word());
    figures.put("ranks", each.ranks());
    figures.put("layers", each.layers());
    figures.put("per_layer", each.perLayer());
    figures.put("bytes", each.bytes());
    figures.put("step_bytes", each.stepBytes());
    figures.put("step_sent_bytes", each.stepSentBytes());
    figures.put("step_seconds", each.stepSeconds());
    figures.put("network", each.overNetwork());
    return figures;
  }
}
