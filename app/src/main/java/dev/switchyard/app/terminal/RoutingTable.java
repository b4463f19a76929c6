package dev.switchyard.app.terminal;

import dev.switchyard.engine.observe.RoutingDifference;
import dev.switchyard.engine.observe.RoutingDifference.Change;
import dev.switchyard.engine.observe.RoutingTrace;
import dev.switchyard.engine.observe.RoutingTrace.Choice;
import dev.switchyard.engine.observe.RoutingTrace.LayerRouting;
import dev.switchyard.engine.observe.TokenText;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Every token's way through the Switch layers, as text. */
public final class RoutingTable {
  private static final int TOKEN_WIDTH = 16;
  private static final int RUNNERS_UP = 3;

  private final Style style;

  /** Tables in this style. */
  public RoutingTable(Style style) {
    this.style = style;
  }

  /**
   * For each layer a table: token, expert, gate, place in the queue, capacity, kept or dropped; a
   * line for each expert that a token asked.
   */
  public List<String> lines(RoutingTrace trace) {
    List<String> lines = new ArrayList<>();
    for (LayerRouting layer : trace.layers()) {
      lines.add(heading(layer));
      lines.add(
          style.dim(
              "   # %-16s expert   gate       queue            most probable".formatted("token")));
      List<TokenText> tokens = trace.tokens(layer);
      for (int t = 0; t < tokens.size(); t++) {
        lines.addAll(rows(layer, t, tokens.get(t).text()));
      }
      lines.add("");
    }
    return lines;
  }

  /** What a what-if changed: counts, loss, and the tokens layer by layer. */
  public List<String> difference(RoutingTrace untouched, RoutingTrace whatIf) {
    RoutingDifference difference = RoutingDifference.of(untouched, whatIf);
    List<String> lines = new ArrayList<>();
    lines.add(
        style.bold(
            "what if: %d rerouted, %d dropped now, %d kept now, %d predictions changed"
                .formatted(
                    difference.count(Change.REROUTED),
                    difference.count(Change.DROPPED),
                    difference.count(Change.KEPT),
                    difference.predictions().size())));
    lines.add(
        "dropped %d -> %d, cross entropy %s -> %s nats a token"
            .formatted(
                untouched.dropped(),
                whatIf.dropped(),
                Figures.loss(untouched.crossEntropy()),
                Figures.loss(whatIf.crossEntropy())));
    for (int l = 0; l < whatIf.layers().size(); l++) {
      LayerRouting before = untouched.layers().get(l);
      LayerRouting after = whatIf.layers().get(l);
      List<TokenText> tokens = whatIf.tokens(after);
      for (int t = 0; t < tokens.size(); t++) {
        if (difference.at(l, t) != Change.SAME) {
          lines.add(
              "  %-18s %4d %s %s -> %s"
                  .formatted(
                      after.name(),
                      t,
                      fit(tokens.get(t).text()),
                      expertOrDropped(before, t),
                      expertOrDropped(after, t)));
        }
      }
    }
    return lines;
  }

  private String expertOrDropped(LayerRouting layer, int token) {
    if (!layer.kept()[token]) {
      return style.alarm("dropped");
    }
    return layer.choices().get(token).stream()
        .filter(Choice::kept)
        .map(choice -> style.expert(choice.expert(), Integer.toString(choice.expert())))
        .collect(Collectors.joining("+"));
  }

  /** For each layer the text itself, every token in its expert's colour and with its number. */
  public List<String> sentence(RoutingTrace trace) {
    List<String> lines = new ArrayList<>();
    for (LayerRouting layer : trace.layers()) {
      lines.add(heading(layer));
      List<TokenText> tokens = trace.tokens(layer);
      StringBuilder line = new StringBuilder();
      int width = 0;
      for (int t = 0; t < tokens.size(); t++) {
        String text = tokenAndExpert(layer, t, tokens.get(t).text());
        if (width > 0 && width + 1 + text.length() > Terminal.WIDTH - 1) {
          lines.add(line.toString());
          line.setLength(0);
          width = 0;
        }
        line.append(width > 0 ? " " : "").append(paint(layer, t, text));
        width += (width > 0 ? 1 : 0) + text.length();
      }
      if (width > 0) {
        lines.add(line.toString());
      }
    }
    return lines;
  }

  private String heading(LayerRouting layer) {
    int dropped = layer.dropped();
    String fates =
        dropped == 0 ? "no token dropped" : dropped + " of " + routed(layer) + " tokens dropped";
    return style.bold(layer.name())
        + "  %d experts, capacity %d, ".formatted(layer.experts(), layer.capacity())
        + (dropped == 0 ? fates : style.alarm(fates));
  }

  private List<String> rows(LayerRouting layer, int token, String text) {
    List<Choice> choices = layer.choices().get(token);
    if (choices.isEmpty()) {
      return List.of("%4d %s  padding, not routed".formatted(token, fit(text)));
    }
    List<String> rows = new ArrayList<>();
    for (Choice choice : choices) {
      boolean first = rows.isEmpty();
      String queue =
          choice.position() < 0
              ? "not taken"
              : "%d of %d".formatted(choice.position() + 1, layer.capacity());
      rows.add(
          (first ? "%4d ".formatted(token) : "     ")
              + style.expert(choice.expert(), fit(first ? text : "  and"))
              + " %6d  ".formatted(choice.expert())
              + Figures.format("%.3f", choice.gate())
              + " %11s  ".formatted(queue)
              + fate(layer, token, choice)
              + (first ? "  " + style.dim(mostProbable(layer.probabilities()[token])) : ""));
    }
    return rows;
  }

  /** A choice without room leaves a token dropped only where no other has any. */
  private String fate(LayerRouting layer, int token, Choice choice) {
    if (choice.kept()) {
      return "kept   ";
    }
    return layer.kept()[token] ? "full   " : style.alarm("DROPPED");
  }

  private static String mostProbable(float[] probabilities) {
    return String.join(
        "  ",
        IntStream.range(0, probabilities.length)
            .boxed()
            .sorted((a, b) -> Float.compare(probabilities[b], probabilities[a]))
            .limit(RUNNERS_UP)
            .map(e -> e + " " + Figures.format("%.2f", probabilities[e]))
            .toList());
  }

  private static String tokenAndExpert(LayerRouting layer, int token, String text) {
    if (layer.expert()[token] < 0) {
      return clean(text);
    }
    String experts =
        layer.choices().get(token).stream()
            .filter(choice -> choice.kept() || !layer.kept()[token])
            .map(choice -> Integer.toString(choice.expert()))
            .collect(Collectors.joining("+"));
    return clean(text) + "·" + experts + (layer.kept()[token] ? "" : "✗");
  }

  private String paint(LayerRouting layer, int token, String text) {
    int expert = layer.expert()[token];
    if (expert < 0) {
      return style.dim(text);
    }
    return layer.kept()[token] ? style.onExpert(expert, text) : style.alarm(text);
  }

  private static int routed(LayerRouting layer) {
    return (int) IntStream.of(layer.expert()).filter(e -> e >= 0).count();
  }

  /** Control characters would move the cursor. */
  private static String clean(String text) {
    return text.replaceAll("\\p{Cntrl}", "·");
  }

  /** Exactly so many signs. */
  private static String fit(String text) {
    String clean = clean(text);
    String cut = clean.length() <= TOKEN_WIDTH ? clean : clean.substring(0, TOKEN_WIDTH - 1) + "…";
    return ("%-" + TOKEN_WIDTH + "s").formatted(cut);
  }
}
