package dev.switchyard.views.words;

import java.util.function.Supplier;
import javafx.event.EventHandler;
import javafx.scene.Node;
import javafx.scene.control.Label;
import javafx.scene.control.TableColumnBase;
import javafx.scene.control.Tooltip;
import javafx.scene.input.MouseEvent;
import javafx.scene.layout.VBox;
import javafx.scene.text.Text;
import javafx.util.Duration;

/** Explains words where they stand: each gets a tooltip with its meaning and formula. */
public final class Glossary {
  private static final double WIDTH = 340;

  private Glossary() {}

  /** A label of small print whose word is explained on hover. */
  public static Label label(Term term, String text) {
    Label label = new Label(text);
    label.getStyleClass().addAll("muted", "term");
    explain(label, term);
    return label;
  }

  /** Explains a term on hover over a node. */
  public static void explain(Node node, Term term) {
    onHover(node, () -> tooltip(term.title(), term.meaning(), term.formula()));
  }

  /**
   * Explains something on hover over a node. The tooltip is made when the mouse first comes there:
   * each is a window of its own, and a screen has a hundred.
   */
  public static void onHover(Node node, Supplier<Tooltip> tooltip) {
    node.addEventHandler(
        MouseEvent.MOUSE_ENTERED,
        new EventHandler<>() {
          @Override
          public void handle(MouseEvent event) {
            node.removeEventHandler(MouseEvent.MOUSE_ENTERED, this);
            Tooltip.install(node, tooltip.get());
          }
        });
  }

  /** Explains a column of a table on hover over its head. */
  public static void explain(TableColumnBase<?, ?> column, Term term) {
    Label head = new Label(column.getText());
    explain(head, term);
    column.setText("");
    column.setGraphic(head);
  }

  /** A tooltip with a title, a sentence, and a formula or bounds in figures' type. */
  public static Tooltip tooltip(String title, String meaning, String formula) {
    Text head = new Text(title);
    head.getStyleClass().add("strong");
    VBox content = new VBox(5, head, wrapped(meaning));
    if (!formula.isEmpty()) {
      Text figures = wrapped(formula);
      figures.getStyleClass().addAll("mono", "formula");
      content.getChildren().add(figures);
    }
    content.getStyleClass().add("explanation");
    Tooltip tooltip = new Tooltip();
    tooltip.setGraphic(content);
    tooltip.setShowDelay(Duration.millis(350));
    tooltip.setShowDuration(Duration.minutes(1));
    tooltip.setHideDelay(Duration.millis(100));
    return tooltip;
  }

  /** Text, not a label: a tooltip asks for its height before it has a width. */
  private static Text wrapped(String words) {
    Text text = new Text(words);
    text.setWrappingWidth(WIDTH);
    return text;
  }
}
