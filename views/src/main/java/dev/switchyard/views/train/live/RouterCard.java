package dev.switchyard.views.train.live;

import dev.switchyard.views.chart.ExportMenu;
import dev.switchyard.views.chart.FunctionFormat;
import dev.switchyard.views.chart.LayerColors;
import dev.switchyard.views.chart.LineChartPane;
import dev.switchyard.views.chart.LineChartPane.Content;
import dev.switchyard.views.chart.LineChartPane.Line;
import dev.switchyard.views.chart.RunColors;
import dev.switchyard.views.component.Card;
import dev.switchyard.views.component.Choice;
import dev.switchyard.views.task.Saving;
import dev.switchyard.views.theme.Theme;
import dev.switchyard.views.train.live.RunHistory.Snapshot;
import dev.switchyard.views.words.Figures;
import dev.switchyard.views.words.Glossary;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import javafx.beans.value.ObservableValue;
import javafx.scene.paint.Color;

/** A chart of one of several figures of the routers over the steps, a line a layer. */
final class RouterCard {
  /** More lines than this have no names at their ends: only the first and last of each stack. */
  private static final int NAMED_LINES = 8;

  /** Of one line, and of all together: the more lines there are the less is seen of each. */
  private static final int MOST_POINTS = 400;

  private static final int MOST_POINTS_OF_ALL = 3600;

  private final LiveModel model;
  private final ObservableValue<Theme> theme;
  private final LineChartPane chart;
  private final Card card;
  private final Choice<RouterChart> choice = new Choice<>(4, RouterChart::name);

  /**
   * A card.
   *
   * @param id of the chart
   * @param charts that it can show, the first at the beginning
   */
  RouterCard(
      String id,
      List<RouterChart> charts,
      LiveModel model,
      ObservableValue<Theme> theme,
      Saving saving) {
    this.model = model;
    this.theme = theme;
    FunctionFormat steps = new FunctionFormat(s -> Figures.whole(Math.round(s)));
    chart = new LineChartPane(theme, steps, y -> shown().format().apply(y));
    chart.setId(id);
    choice.setId("choice-" + id);
    choice.setItems(charts);
    card = new Card("", "", Waiting.with(model, chart));
    ExportMenu menu =
        ExportMenu.ofChart(
            saving,
            () -> "%s, %s".formatted(model.name.get(), shown().title()),
            () -> "step",
            chart);
    menu.setId("export-" + id);
    card.withTools(choice, menu);
    choice.valueProperty().subscribe(now -> choose());
    model.snapshot.subscribe(s -> show());
    model.changes.subscribe(c -> show());
    theme.subscribe(t -> show());
  }

  Card card() {
    return card;
  }

  private RouterChart shown() {
    RouterChart now = choice.valueProperty().get();
    return now == null ? RouterChart.DROPPED : now;
  }

  private void choose() {
    RouterChart now = shown();
    card.title().setText(now.title());
    card.subtitle().setText(now.subtitle());
    Glossary.explain(card.title(), now.term());
    Glossary.explain(card.subtitle(), now.term());
    show();
  }

  private void show() {
    RouterChart what = shown();
    Snapshot now = model.snapshot.get();
    List<Line> lines = what.measure() == null ? byGroup(now) : byLayer(now, what.measure());
    chart.show(Content.of(lines, what.lowest()).withMarks(model.marks(step -> step)));
  }

  private List<Line> byLayer(Snapshot now, LayerMeasure measure) {
    List<Line> lines = new ArrayList<>();
    int most = Math.min(MOST_POINTS, MOST_POINTS_OF_ALL / Math.max(1, now.layers().size()));
    double[] steps = thinned(now.table()[RunHistory.STEP], most);
    for (int l = 0; l < now.layers().size(); l++) {
      String name = now.layers().get(l);
      boolean named = now.layers().size() <= NAMED_LINES || isEnd(now.layers(), l);
      Color color = LayerColors.of(name, now.layers(), theme.getValue().isDark());
      lines.add(
          new Line(
              name,
              named ? Figures.layer(name) : "",
              color,
              1.6,
              false,
              steps,
              thinned(now.measure(measure, l), most)));
    }
    return lines;
  }

  private List<Line> byGroup(Snapshot now) {
    List<Line> lines = new ArrayList<>();
    double[] steps = thinned(now.updates()[0], MOST_POINTS);
    if (steps.length < 2) {
      return lines; // a single measurement is no line
    }
    for (int g = 0; g < now.groups().size(); g++) {
      lines.add(
          new Line(
              now.groups().get(g),
              RunColors.of(g, theme.getValue().isDark()),
              1.6,
              steps,
              thinned(now.updates()[g + 1], MOST_POINTS)));
    }
    return lines;
  }

  /** Smoothed lines of many layers need no more points than the chart has pixels. */
  private static double[] thinned(double[] column, int most) {
    int every = Math.ceilDiv(column.length, most);
    if (every <= 1) {
      return Arrays.copyOf(column, column.length);
    }
    double[] thin = new double[Math.ceilDiv(column.length, every)];
    for (int i = 0; i < thin.length; i++) {
      thin[i] = column[Math.min(column.length - 1, i * every + every - 1)];
    }
    return thin;
  }

  private static boolean isEnd(List<String> layers, int index) {
    String stack = layers.get(index).substring(0, 3);
    return index == 0
        || index == layers.size() - 1
        || !layers.get(index - 1).startsWith(stack)
        || !layers.get(index + 1).startsWith(stack);
  }
}
