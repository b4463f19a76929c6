package dev.switchyard.views.train.live;

import dev.switchyard.engine.observe.RunEvent;
import dev.switchyard.engine.observe.SpeedUp;
import dev.switchyard.views.chart.ExportMenu;
import dev.switchyard.views.chart.FunctionFormat;
import dev.switchyard.views.chart.LineChartPane;
import dev.switchyard.views.chart.LineChartPane.Bridge;
import dev.switchyard.views.chart.LineChartPane.Content;
import dev.switchyard.views.chart.LineChartPane.Dot;
import dev.switchyard.views.chart.LineChartPane.Line;
import dev.switchyard.views.chart.LoadHeatmap;
import dev.switchyard.views.component.Card;
import dev.switchyard.views.component.Choice;
import dev.switchyard.views.task.Saving;
import dev.switchyard.views.theme.Theme;
import dev.switchyard.views.train.live.LiveModel.Axis;
import dev.switchyard.views.train.live.RunHistory.Snapshot;
import dev.switchyard.views.words.Figures;
import dev.switchyard.views.words.Glossary;
import dev.switchyard.views.words.Term;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import javafx.beans.value.ObservableValue;
import javafx.scene.paint.Color;

/** The charts of quality and load on the live screen, fed by the newest snapshot. */
final class LiveCharts {
  private static final int LAYERS_SIDE_BY_SIDE = 6;

  /** A bridge before so many steps would be drawn between two points of noise. */
  private static final long LEAST_STEPS_OF_BRIDGE = 10;

  private static final double LEAST_BRIDGE = 1.1;

  private final LiveModel model;
  private final ObservableValue<Theme> theme;
  private final Saving saving;
  private final LineChartPane quality;
  private final LoadHeatmap load;
  private final Choice<Axis> axis = new Choice<>(3, a -> a.name().toLowerCase(Locale.ROOT));
  private final Choice<Integer> layer = new Choice<>(LAYERS_SIDE_BY_SIDE, this::layerName);

  LiveCharts(LiveModel model, ObservableValue<Theme> theme, Saving saving) {
    this.model = model;
    this.theme = theme;
    this.saving = saving;
    quality = new LineChartPane(theme, new FunctionFormat(this::axisValue), LiveCharts::signed);
    load = new LoadHeatmap(theme);
    quality.setId("quality-chart");
    load.setId("load-heatmap");
    axis.setItems(List.of(Axis.values()));
    axis.setId("axis");
    layer.setId("load-layer");
    axis.valueProperty().bindBidirectional(model.axis);
    layer
        .valueProperty()
        .addListener(
            (o, before, now) -> {
              if (now != null) {
                model.layer.set(now);
              }
            });
    model.layer.subscribe(l -> layer.valueProperty().set(l.intValue()));
    model.load.subscribe(load::show);
    model.snapshot.subscribe(s -> show());
    model.changes.subscribe(c -> show());
    model.axis.subscribe(
        a -> {
          quality.zoomTo(null); // a stretch of steps is no stretch of seconds
          showQuality(model.snapshot.get());
        });
    theme.subscribe(t -> show());
  }

  Card quality() {
    Card card =
        new Card(
            "Quality against the dense twin",
            "negative log perplexity: higher is better, at the same FLOPs per token",
            Waiting.with(model, quality));
    Glossary.explain(card.title(), Term.DENSE_TWIN);
    Glossary.explain(card.subtitle(), Term.NEGATIVE_LOG_PERPLEXITY);
    model.session.subscribe(
        s -> {
          boolean twin = s == null || s.config().training().twin();
          card.title().setText(twin ? "Quality against the dense twin" : "Quality");
          card.subtitle()
              .setText(
                  twin
                      ? "negative log perplexity: higher is better, at the same FLOPs per token"
                      : "negative log perplexity, higher is better");
        });
    return card.withTools(axis, menu(card, this::axisName, quality));
  }

  Card load() {
    Card card =
        new Card(
            "Load of each expert",
            "tokens over the fair share: white 1, blue starved, orange crowded",
            Waiting.with(model, load));
    Glossary.explain(card.title(), Term.LOAD);
    Glossary.explain(card.subtitle(), Term.LOAD);
    String title = card.title().getText();
    ExportMenu menu =
        ExportMenu.ofChart(
            saving,
            () -> "%s, %s, %s".formatted(model.name.get(), title, layerName(model.layer.get())),
            () -> load.export(title + ", " + layerName(model.layer.get())));
    menu.setId("export-load-heatmap");
    return card.withTools(layer, menu);
  }

  /** The menu of a card's chart, under the chart's title and the run's name. */
  private ExportMenu menu(Card card, Supplier<String> xName, LineChartPane chart) {
    ExportMenu menu =
        ExportMenu.ofChart(
            saving,
            () -> "%s, %s".formatted(model.name.get(), card.title().getText()),
            xName,
            chart);
    menu.setId("export-" + chart.getId());
    return menu;
  }

  private String axisName() {
    return model.axis.get().name().toLowerCase(Locale.ROOT);
  }

  private String layerName(int index) {
    List<String> layers = model.snapshot.get().layers();
    return index < layers.size() ? Figures.layer(layers.get(index)) : "";
  }

  private void show() {
    Snapshot now = model.snapshot.get();
    layer.setItems(IntStream.range(0, now.layers().size()).boxed().toList());
    showQuality(now);
  }

  private void showQuality(Snapshot now) {
    if (now.newest() == null) {
      quality.show(Content.EMPTY);
      return;
    }
    Theme.Colors colors = theme.getValue().colors();
    double[] x = x(now, false);
    double[] twinX = x(now, true);
    double[][] table = now.table();
    List<Line> lines = new ArrayList<>();
    boolean twin = now.newest().twin() != null;
    Color twinColor = colors.muted();
    if (twin) {
      lines.add(
          band(
              "dense twin (raw)",
              twinX,
              table[RunHistory.TWIN_LEAST],
              table[RunHistory.TWIN_MOST],
              faint(twinColor)));
    }
    lines.add(
        band(
            modelName() + " (raw)",
            x,
            table[RunHistory.LEAST],
            table[RunHistory.MOST],
            faint(colors.accent())));
    if (twin) {
      lines.add(
          new Line("dense twin", twinColor, 2.2, twinX, negated(table[RunHistory.TWIN_SMOOTH])));
    }
    lines.add(new Line(modelName(), colors.accent(), 2.4, x, negated(table[RunHistory.SMOOTH])));
    quality.show(
        new Content(lines, evaluations(now), bridge(now), Double.NaN)
            .withMarks(model.marks(step -> at(now, x(now, false), step))));
  }

  private String modelName() {
    Session session = model.session.get();
    int experts = session == null ? 0 : session.config().model().numExperts();
    return experts == 0 ? "Switch" : "Switch, %d experts".formatted(experts);
  }

  private static Color faint(Color color) {
    return color.deriveColor(0, 1, 1, 0.26);
  }

  /** The raw values: up and down between the least and the most of each row. */
  private static Line band(String name, double[] x, double[] least, double[] most, Color color) {
    double[] y = new double[x.length];
    for (int i = 0; i < y.length; i++) {
      y[i] = -(i % 2 == 0 ? least[i] : most[i]);
    }
    return new Line(name, "", color, 1, false, x, y);
  }

  private static double[] negated(double[] values) {
    double[] negated = new double[values.length];
    for (int i = 0; i < values.length; i++) {
      negated[i] = -values[i];
    }
    return negated;
  }

  private double[] x(Snapshot now, boolean twin) {
    return switch (model.axis.get()) {
      case STEPS -> now.table()[RunHistory.STEP];
      case TIME -> now.table()[twin ? RunHistory.TWIN_SECONDS : RunHistory.SECONDS];
      case TOKENS -> now.table()[RunHistory.TOKENS];
    };
  }

  /** What the evaluations on held-out text measured. */
  private List<Dot> evaluations(Snapshot now) {
    List<Dot> dots = new ArrayList<>();
    Theme.Colors colors = theme.getValue().colors();
    for (RunEvent event : model.events) {
      Double measured = event.figures() == null ? null : event.figures().get("cross_entropy");
      if (event.kind().equals("evaluation") && measured != null && event.step() > 0) {
        dots.add(new Dot(at(now, x(now, false), event.step()), -measured, colors.accent()));
      }
    }
    return dots;
  }

  private Bridge bridge(Snapshot now) {
    SpeedUp.Result result = now.speedUp();
    if (result == null
        || result.twinStep() < LEAST_STEPS_OF_BRIDGE
        || result.steps() < LEAST_BRIDGE) {
      return null;
    }
    boolean time = model.axis.get() == Axis.TIME;
    double times = time ? result.time() : result.steps();
    if (times < LEAST_BRIDGE) {
      return null;
    }
    return new Bridge(
        at(now, x(now, false), result.switchStep()),
        at(now, x(now, true), result.twinStep()),
        -result.quality(),
        "same quality in " + share(times),
        share(times));
  }

  private String share(double times) {
    return "1/%s of the %s"
        .formatted(Figures.decimal(times, 1), model.axis.get().name().toLowerCase(Locale.ROOT));
  }

  /** The place on an axis where a step is. */
  private static double at(Snapshot now, double[] x, long step) {
    double[] steps = now.table()[RunHistory.STEP];
    int after = java.util.Arrays.binarySearch(steps, step);
    if (after >= 0) {
      return x[after];
    }
    after = -after - 1;
    if (after == 0 || after >= steps.length) {
      return x[Math.min(after, steps.length - 1)];
    }
    double share = (step - steps[after - 1]) / (steps[after] - steps[after - 1]);
    return x[after - 1] + share * (x[after] - x[after - 1]);
  }

  private String axisValue(double x) {
    return switch (model.axis.get()) {
      case STEPS -> Figures.whole(Math.round(x));
      case TIME -> Figures.duration(x);
      case TOKENS -> Figures.compact(x);
    };
  }

  private static String signed(double y) {
    return (y < 0 ? "−" : "") + Figures.decimal(Math.abs(y), 2);
  }
}
