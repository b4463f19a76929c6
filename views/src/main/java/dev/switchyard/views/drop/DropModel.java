package dev.switchyard.views.drop;

import javafx.beans.property.ObjectProperty;
import javafx.beans.property.SimpleObjectProperty;

/** What would happen if what hovers were dropped. */
final class DropModel {
  /**
   * What would happen.
   *
   * @param possible whether it can be opened
   * @param title what happens
   * @param detail with what, or why not
   */
  record Way(boolean possible, String title, String detail) {}

  /** Null: nothing hovers. */
  final ObjectProperty<Way> way = new SimpleObjectProperty<>();
}
