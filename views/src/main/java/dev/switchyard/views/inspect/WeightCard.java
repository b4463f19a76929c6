package dev.switchyard.views.inspect;

import dev.switchyard.engine.observe.WeightStatistics;
import dev.switchyard.views.chart.ExportMenu;
import dev.switchyard.views.chart.Histogram;
import dev.switchyard.views.component.Card;
import dev.switchyard.views.component.EmptyState;
import dev.switchyard.views.component.Stat;
import dev.switchyard.views.task.Saving;
import dev.switchyard.views.theme.Theme;
import dev.switchyard.views.words.Figures;
import dev.switchyard.views.words.Term;
import java.util.function.Function;
import javafx.beans.binding.Bindings;
import javafx.beans.value.ObservableValue;
import javafx.scene.Node;
import javafx.scene.control.Label;
import javafx.scene.layout.FlowPane;
import javafx.scene.layout.Priority;
import javafx.scene.layout.StackPane;
import javafx.scene.layout.VBox;
import org.kordamp.ikonli.feather.Feather;

/** One tensor: its figures and how its numbers are spread. */
final class WeightCard extends StackPane {
  private final InspectModel model;

  WeightCard(InspectModel model, ObservableValue<Theme> theme, Saving saving) {
    this.model = model;
    setMinHeight(250);
    setPrefHeight(290);
    Histogram histogram = new Histogram(theme);
    histogram.setId("histogram");
    model.statistics.subscribe(now -> histogram.show(bars(now)));
    VBox.setVgrow(histogram, Priority.ALWAYS);
    VBox figures = new VBox(10, figures(), histogram);
    figures.visibleProperty().bind(model.statistics.isNotNull());
    EmptyState none =
        new EmptyState(
            Feather.BAR_CHART_2, "Choose a tensor", "Its norm, range and histogram stand here.");
    none.visibleProperty().bind(model.weight.isNull());
    Label waiting = new Label();
    waiting.setId("weight-problem");
    waiting.setWrapText(true);
    waiting.getStyleClass().add("muted");
    waiting
        .textProperty()
        .bind(
            Bindings.when(model.weightProblem.isEmpty())
                .then("reading …")
                .otherwise(model.weightProblem));
    waiting.visibleProperty().bind(model.weight.isNotNull().and(model.statistics.isNull()));
    Card card = new Card("", "", new StackPane(none, waiting, figures));
    card.title()
        .textProperty()
        .bind(model.weight.map(weight -> weight.name()).orElse("One tensor"));
    card.title().setId("weight-name");
    card.title().setMinWidth(0);
    card.subtitle()
        .textProperty()
        .bind(
            model
                .weight
                .map(
                    weight ->
                        "%s numbers in %s · %s · %s"
                            .formatted(
                                Figures.whole(weight.elements()),
                                weight.type(),
                                Figures.bytes(weight.bytes()),
                                weight.file()))
                .orElse("how large its numbers are, and how they are spread"));
    ExportMenu export =
        ExportMenu.ofChart(
            saving, card.title()::getText, () -> histogram.export(card.title().getText()));
    export.setId("export-histogram");
    export.visibleProperty().bind(model.statistics.isNotNull());
    card.withTools(export);
    getChildren().add(card);
  }

  private Node figures() {
    FlowPane row =
        new FlowPane(
            26,
            8,
            stat("weight-norm", Term.NORM, "norm", s -> Figures.significant(s.norm())),
            stat(
                "weight-rms",
                Term.ROOT_MEAN_SQUARE,
                "typical size",
                s -> Figures.significant(s.rootMeanSquare())),
            stat("weight-mean", Term.MEAN, "mean", s -> Figures.significant(s.mean())),
            stat(
                "weight-range",
                Term.RANGE,
                "range",
                s -> Figures.significant(s.minimum()) + " … " + Figures.significant(s.maximum())),
            stat("weight-zeros", Term.ZEROS, "zeros", s -> Figures.whole(s.zeros())),
            stat(
                "weight-not-finite",
                Term.NOT_FINITE,
                "not finite",
                s -> Figures.whole(s.notFinite())));
    row.setMinHeight(USE_PREF_SIZE);
    return row;
  }

  private Stat stat(String id, Term term, String word, Function<WeightStatistics, String> figure) {
    Stat stat = new Stat(term, word, model.statistics.map(figure).orElse(""));
    stat.value().setId(id);
    return stat;
  }

  private static Histogram.Bars bars(WeightStatistics of) {
    return of == null
        ? Histogram.Bars.NONE
        : new Histogram.Bars(
            of.low(),
            of.high(),
            of.histogram(),
            of.minimum() < of.low() || of.maximum() > of.high());
  }
}
