package dev.switchyard.views.component;

import java.util.List;
import java.util.function.Function;
import javafx.beans.property.ObjectProperty;
import javafx.beans.property.SimpleObjectProperty;
import javafx.scene.Node;
import javafx.scene.control.ComboBox;
import javafx.scene.control.ToggleButton;
import javafx.scene.control.ToggleGroup;
import javafx.scene.layout.Region;
import javafx.scene.layout.StackPane;
import javafx.util.Subscription;
import org.controlsfx.control.SegmentedButton;

/**
 * One of a few: buttons side by side, or a list where there are too many for that.
 *
 * @param <T> what is chosen
 */
public final class Choice<T> extends StackPane {
  private final int most;
  private final Function<T, String> name;
  private final ObjectProperty<T> value = new SimpleObjectProperty<>(this, "value");
  private List<T> items = List.of();
  private Subscription following = Subscription.EMPTY;

  /**
   * Makes an empty choice.
   *
   * @param most items that stand side by side
   * @param name of an item, for people
   */
  public Choice(int most, Function<T, String> name) {
    this.most = most;
    this.name = name;
    setMinWidth(Region.USE_PREF_SIZE);
    setMaxSize(Region.USE_PREF_SIZE, Region.USE_PREF_SIZE);
  }

  /** What is chosen. */
  public ObjectProperty<T> valueProperty() {
    return value;
  }

  /** Shows these; what is chosen stays where it is among them, else the first is. */
  public void setItems(List<T> items) {
    if (items.equals(this.items)) {
      return;
    }
    this.items = List.copyOf(items);
    following.unsubscribe();
    getChildren().clear();
    if (value.get() == null || !items.contains(value.get())) {
      value.set(items.isEmpty() ? null : items.getFirst());
    }
    if (!items.isEmpty()) {
      getChildren().add(items.size() <= most ? buttons() : list());
    }
  }

  private Node buttons() {
    ToggleGroup group = new ToggleGroup();
    List<ToggleButton> buttons = items.stream().map(item -> button(item, group)).toList();
    SegmentedButton segments = new SegmentedButton();
    segments.setToggleGroup(group);
    segments.getButtons().addAll(buttons);
    List<T> shown = items;
    group
        .selectedToggleProperty()
        .addListener(
            (o, before, now) -> {
              if (now == null) {
                before.setSelected(true);
              } else {
                value.set(shown.get(buttons.indexOf(now)));
              }
            });
    following =
        value.subscribe(
            now -> {
              int index = now == null ? -1 : shown.indexOf(now);
              if (index >= 0) {
                buttons.get(index).setSelected(true);
              }
            });
    return segments;
  }

  private ToggleButton button(T item, ToggleGroup group) {
    ToggleButton button = new ToggleButton(name.apply(item));
    button.setMinWidth(Region.USE_PREF_SIZE);
    button.setToggleGroup(group);
    return button;
  }

  private Node list() {
    ComboBox<T> box = new ComboBox<>();
    box.setConverter(new Worded<>(name));
    box.getItems().setAll(items);
    box.setValue(value.get());
    box.valueProperty().addListener((o, before, now) -> value.set(now));
    following = value.subscribe(box::setValue);
    box.getStyleClass().add("compact");
    return box;
  }
}
