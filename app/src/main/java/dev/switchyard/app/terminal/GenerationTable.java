package dev.switchyard.app.terminal;

import dev.switchyard.engine.observe.Generation;
import dev.switchyard.engine.observe.GenerationStep;
import dev.switchyard.engine.observe.RoutingTrace.LayerRouting;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** What a model wrote, token by token, as text. */
public final class GenerationTable {
  private static final int RUNNERS_UP = 3;

  private final Style style;

  /** Tables in this style. */
  public GenerationTable(Style style) {
    this.style = style;
  }

  /** For each token: its probability, what else was probable, and its expert in each layer. */
  public List<String> lines(Generation generation) {
    List<String> lines = new ArrayList<>();
    lines.add(style.dim("   # %-16s probability  experts      runners-up".formatted("token")));
    generation.steps().forEach(step -> lines.add(row(step)));
    lines.add(
        "%s after %d tokens, log-probability %s nats, %s ms"
            .formatted(
                generation.ended() ? "ended" : "cut off",
                generation.steps().size(),
                Figures.loss(generation.logProbability()),
                Figures.loss(generation.milliseconds())));
    return lines;
  }

  private String row(GenerationStep step) {
    String experts = step.routing().stream().map(this::expert).collect(Collectors.joining(" "));
    int shown = step.routing().stream().mapToInt(l -> number(l).length() + 1).sum();
    String runnersUp =
        step.alternatives().stream()
            .filter(a -> a.token().id() != step.token().id())
            .limit(RUNNERS_UP)
            .map(a -> clean(a.token().text()) + " " + Figures.format("%.2f", a.probability()))
            .collect(Collectors.joining("  "));
    return "%4d %-16s ".formatted(step.number(), clean(step.token().text()))
        + Figures.format("%11.3f", step.probability())
        + "  "
        + experts
        + " ".repeat(Math.max(1, 14 - shown))
        + style.dim(runnersUp);
  }

  private String expert(LayerRouting layer) {
    int expert = layer.expert()[0];
    return expert < 0 ? number(layer) : style.expert(expert, number(layer));
  }

  private static String number(LayerRouting layer) {
    return layer.expert()[0] < 0 ? "-" : Integer.toString(layer.expert()[0]);
  }

  /** Control characters would move the cursor. */
  private static String clean(String text) {
    return text.replaceAll("\\p{Cntrl}", "·");
  }
}
