package dev.switchyard.engine.microscope;

import dev.switchyard.engine.configuration.InputException;
import dev.switchyard.engine.configuration.SettingsRecord;
import dev.switchyard.engine.model.AlteredRouting;
import dev.switchyard.engine.model.SwitchTransformer;
import dev.switchyard.engine.moe.ExplorationConfig;
import dev.switchyard.engine.moe.Intervention;
import dev.switchyard.engine.moe.RouterLossConfig;
import dev.switchyard.engine.moe.RoutingConfig;
import dev.switchyard.engine.moe.Selection;
import dev.switchyard.engine.moe.SelectionConfig;
import dev.switchyard.engine.observe.WhatIf;
import dev.switchyard.engine.observe.WhatIf.ExpertIn;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What a {@link WhatIf} makes of a model's routing, or what is wrong with it. */
final class WhatIfRouting {
  private static final double MOST_JITTER = 0.99;

  private final SwitchTransformer model;
  private final WhatIf asked;

  private WhatIfRouting(SwitchTransformer model, WhatIf asked) {
    this.model = model;
    this.asked = asked;
  }

  /**
   * The routing.
   *
   * @param groups of the texts; 0: the model's own
   * @throws InputException with a line for people, where it can't be
   */
  static AlteredRouting of(SwitchTransformer model, WhatIf asked, int groups) {
    return new WhatIfRouting(model, asked).altered(groups);
  }

  private AlteredRouting altered(int groups) {
    checkFigures();
    RoutingConfig routing = routing();
    checkExperts(routing);
    Double factor = asked.capacityFactor();
    if (factor != null && asked.capacityRule() != null) {
      // The rule was chosen by name: it keeps its own way with the factor.
      routing = SettingsRecord.with(routing, Map.of("eval_capacity_factor", factor));
      factor = null;
    }
    return new AlteredRouting(
        routing,
        factor,
        groups,
        new Intervention(Intervention.jitter(asked.jitter()), asked.off(), asked.forced()),
        asked.seed());
  }

  private void checkFigures() {
    Double factor = asked.capacityFactor();
    if (factor != null && !(factor > 0 && factor <= 1000)) {
      throw new InputException(
          "The capacity factor is %s, but must be above 0, up to 1000.".formatted(factor));
    }
    if (!(asked.jitter() >= 0 && asked.jitter() <= MOST_JITTER)) {
      throw new InputException(
          "The jitter is %s, but must be from 0 to %s.".formatted(asked.jitter(), MOST_JITTER));
    }
    if (asked.expertsPerToken() < 0) {
      throw new InputException(
          "The experts of a token are %d, but must be 1 or more."
              .formatted(asked.expertsPerToken()));
    }
  }

  private RoutingConfig routing() {
    Map<String, Object> changes = new HashMap<>();
    if (asked.selection() != null) {
      boolean tree = asked.selection().equals(SelectionConfig.TREE);
      if (tree != model.routing().selection().isTree()) {
        throw new InputException(
            "The selection can't be %s: the routers of this model %s."
                .formatted(
                    asked.selection(), tree ? "do not decide bit by bit" : "decide bit by bit"));
      }
      changes.put("selection", asked.selection());
      changes.put("experts_per_token", asked.expertsPerToken());
      // What only matters in training must not stand in the way.
      changes.put("exploration", ExplorationConfig.JITTER);
    }
    if (asked.capacityRule() != null) {
      changes.put("capacity_rule", asked.capacityRule());
    }
    RoutingConfig own = model.routing();
    RoutingConfig calm =
        asked.selection() == null
            ? own
            : new RoutingConfig(
                own.capacity(),
                own.selection(),
                own.exploration(),
                RouterLossConfig.defaults(),
                own.routerIgnorePaddingTokens());
    RoutingConfig routing = SettingsRecord.with(calm, changes);
    if (model.switchLayers() > 0) {
      Selection.of(routing.selection(), model.config().numExperts());
    }
    return routing;
  }

  private void checkExperts(RoutingConfig routing) {
    int experts = model.config().numExperts();
    List<String> layers = model.switchLayerNames();
    for (ExpertIn expert : asked.off()) {
      check(expert, experts, layers);
    }
    for (ExpertIn expert : asked.forced()) {
      check(expert, experts, layers);
    }
    boolean chosen = routing.selection().selection().equals(SelectionConfig.EXPERT_CHOICE);
    if (chosen && !asked.forced().isEmpty()) {
      throw new InputException(
          "Under expert choice the experts choose: no token can be forced to expert %d."
              .formatted(asked.forced().iterator().next().expert()));
    }
    for (String layer : layers) {
      long gone =
          asked.off().stream()
              .filter(e -> e.isIn(layer))
              .mapToInt(ExpertIn::expert)
              .distinct()
              .count();
      if (gone == experts) {
        throw new InputException(
            "All %d experts of %s are switched off: leave one on.".formatted(experts, layer));
      }
      if (asked.forced().stream().filter(e -> e.isIn(layer)).count() > 1) {
        throw new InputException(
            "Two experts are forced in %s: force one at most.".formatted(layer));
      }
      asked.forced().stream()
          .filter(e -> e.isIn(layer))
          .filter(e -> asked.off().stream().anyMatch(o -> same(o, e, layer)))
          .findFirst()
          .ifPresent(
              e -> {
                throw new InputException(
                    "Expert %d of %s is switched off and forced: choose one of them."
                        .formatted(e.expert(), layer));
              });
    }
  }

  private static boolean same(ExpertIn one, ExpertIn other, String layer) {
    return one.isIn(layer) && one.expert() == other.expert();
  }

  private static void check(ExpertIn expert, int experts, List<String> layers) {
    if (layers.isEmpty()) {
      throw new InputException("The model is dense: it has no experts to switch off or force.");
    }
    if (expert.expert() < 0 || expert.expert() >= experts) {
      throw new InputException(
          "There is no expert %d: the model has experts 0 to %d."
              .formatted(expert.expert(), experts - 1));
    }
    if (!expert.layer().isEmpty() && !layers.contains(expert.layer())) {
      throw new InputException(
          "There is no Switch layer \"%s\"; there are %s."
              .formatted(expert.layer(), String.join(", ", layers)));
    }
  }
}
