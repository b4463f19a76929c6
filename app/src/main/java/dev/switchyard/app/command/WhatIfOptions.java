package dev.switchyard.app.command;

import dev.switchyard.engine.configuration.InputException;
import dev.switchyard.engine.observe.WhatIf;
import dev.switchyard.engine.observe.WhatIf.ExpertIn;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import picocli.CommandLine.Option;

/** What a person changes in the routing of a text. */
final class WhatIfOptions {
  @Option(
      names = "--capacity-factor",
      paramLabel = "F",
      description = "What if: the experts' room over the fair share.")
  private Double capacityFactor;

  @Option(
      names = "--capacity-rule",
      paramLabel = "RULE",
      description = "What if: mesh_tensorflow, flaxformer, hugging_face or dropless.")
  private String capacityRule;

  @Option(
      names = "--selection",
      paramLabel = "RULE",
      description =
          "What if: top_1, top_2, top_k, no_token_left_behind, batch_priority or expert_choice.")
  private String selection;

  @Option(
      names = "--experts-per-token",
      paramLabel = "K",
      description = "What if: experts of a token, with --selection.")
  private Integer expertsPerToken;

  @Option(
      names = "--jitter",
      paramLabel = "E",
      description = "What if: noise on the routers' inputs, from 1-E to 1+E.")
  private Double jitter;

  @Option(
      names = "--off",
      paramLabel = "[LAYER:]EXPERT",
      description = "What if: an expert switched off, in a layer or everywhere; repeatable.")
  private List<String> off = List.of();

  @Option(
      names = "--force",
      paramLabel = "[LAYER:]EXPERT",
      description = "What if: all tokens go to an expert, in a layer or everywhere; repeatable.")
  private List<String> forced = List.of();

  /**
   * What is changed; nothing where no option was given.
   *
   * @param seed of the jitter; null: 1
   * @throws InputException for options that do not go together, or are no experts
   */
  WhatIf whatIf(Long seed) {
    if (expertsPerToken != null && selection == null) {
      throw new InputException("--experts-per-token goes with --selection: name a selection.");
    }
    if (expertsPerToken != null && expertsPerToken < 1) {
      throw new InputException(
          "--experts-per-token is %d, but must be at least 1.".formatted(expertsPerToken));
    }
    return new WhatIf(
        capacityFactor,
        capacityRule,
        selection,
        expertsPerToken == null ? 0 : expertsPerToken,
        jitter == null ? 0 : jitter,
        seed == null ? 1 : seed,
        experts("--off", off),
        experts("--force", forced));
  }

  /** Whether noise is asked for, which has a seed. */
  boolean hasJitter() {
    return jitter != null;
  }

  private static Set<ExpertIn> experts(String option, List<String> given) {
    Set<ExpertIn> experts = new LinkedHashSet<>();
    for (String each : given) {
      int colon = each.lastIndexOf(':');
      try {
        int number = Integer.parseInt(each.substring(colon + 1).strip());
        experts.add(new ExpertIn(colon < 0 ? "" : each.substring(0, colon).strip(), number));
      } catch (NumberFormatException e) {
        throw new InputException(
            "%s takes an expert, such as 3, or one of a layer, such as encoder.block.1:3, not \"%s\"."
                .formatted(option, each),
            e);
      }
    }
    return experts;
  }
}
