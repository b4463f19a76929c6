package dev.switchyard.app.terminal;

import dev.switchyard.engine.observe.ProbeReport;
import dev.switchyard.engine.observe.ProbeReport.Layer;
import dev.switchyard.engine.observe.ProbeReport.Probe;
import java.util.ArrayList;
import java.util.List;

/**
 * How the routing of a run's probes changed, as text: a row for each token, a column for each look,
 * in it the expert, with a cross where the token was dropped.
 */
public final class ProbeTable {
  private static final int TOKEN_WIDTH = 14;
  private static final int CELL = 6;
  private static final int MOST_LOOKS = (Terminal.WIDTH - 1 - TOKEN_WIDTH) / CELL;

  private final Style style;

  /** Tables in this style. */
  public ProbeTable(Style style) {
    this.style = style;
  }

  /**
   * One probe in one layer.
   *
   * @param all looks at the probes, oldest first; where they are too many for the width, some
   * @param number of the probe, from 0
   * @param layer its name
   */
  public List<String> lines(List<ProbeReport> all, int number, String layer) {
    List<ProbeReport> looks = all.stream().filter(look -> of(look, number, layer) != null).toList();
    if (looks.isEmpty()) {
      return List.of();
    }
    List<Integer> shown = shown(looks.size());
    List<String> lines = new ArrayList<>();
    Probe probe = looks.getLast().probes().get(number);
    lines.add(style.bold("probe %d, %s".formatted(number + 1, layer)));
    StringBuilder head = new StringBuilder(fit("step", TOKEN_WIDTH));
    shown.forEach(i -> head.append(right(Figures.count(looks.get(i).step()))));
    lines.add(style.dim(head.toString().stripTrailing()));
    List<String> tokens = probe.tokens(of(looks.getLast(), number, layer));
    for (int t = 0; t < tokens.size(); t++) {
      StringBuilder line = new StringBuilder(fit(tokens.get(t), TOKEN_WIDTH));
      for (int i : shown) {
        line.append(cell(of(looks.get(i), number, layer), t));
      }
      lines.add(line.toString());
    }
    StringBuilder foot = new StringBuilder(fit("changed", TOKEN_WIDTH));
    for (int i : shown) {
      Layer now = of(looks.get(i), number, layer);
      foot.append(
          right(i == 0 ? "" : Figures.percent(now.changed(of(looks.get(i - 1), number, layer)))));
    }
    lines.add(style.dim(foot.toString().stripTrailing()));
    return lines;
  }

  /** The first, the last, and so many between them as there is room for. */
  private static List<Integer> shown(int looks) {
    List<Integer> shown = new ArrayList<>();
    int count = Math.min(looks, MOST_LOOKS);
    for (int c = 0; c < count; c++) {
      shown.add(count == 1 ? looks - 1 : Math.round((float) c * (looks - 1) / (count - 1)));
    }
    return shown;
  }

  private static Layer of(ProbeReport look, int number, String layer) {
    return number < look.probes().size()
        ? look.probes().get(number).layer(layer).orElse(null)
        : null;
  }

  private String cell(Layer layer, int token) {
    if (token >= layer.expert().length || layer.expert()[token] < 0) {
      return right("-");
    }
    int expert = layer.expert()[token];
    String number = Integer.toString(expert);
    return layer.kept()[token]
        ? right(number).replace(number, style.expert(expert, number))
        : style.alarm(right(number + "✗"));
  }

  private static String right(String text) {
    return ("%" + CELL + "s").formatted(text);
  }

  private static String fit(String text, int width) {
    String clean = text.replaceAll("\\p{Cntrl}", "·");
    String cut = clean.length() < width ? clean : clean.substring(0, width - 2) + "…";
    return ("%-" + width + "s").formatted(cut);
  }
}
