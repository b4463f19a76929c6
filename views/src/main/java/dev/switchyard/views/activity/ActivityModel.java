package dev.switchyard.views.activity;

import dev.switchyard.views.task.Notice;
import dev.switchyard.views.task.TaskEntry;
import javafx.beans.property.BooleanProperty;
import javafx.beans.property.ObjectProperty;
import javafx.beans.property.SimpleBooleanProperty;
import javafx.beans.property.SimpleObjectProperty;
import javafx.collections.ObservableList;

/** What the panel shows. */
final class ActivityModel {
  /** Its two lists. */
  enum Page {
    TASKS("Tasks"),
    NOTICES("Notices");

    private final String title;

    Page(String title) {
      this.title = title;
    }

    String title() {
      return title;
    }
  }

  final BooleanProperty open = new SimpleBooleanProperty();
  final ObjectProperty<Page> page = new SimpleObjectProperty<>(Page.TASKS);

  /** The problem whose details are shown; null: none. */
  final ObjectProperty<Notice> details = new SimpleObjectProperty<>();

  final ObservableList<TaskEntry> tasks;
  final ObservableList<Notice> notices;

  ActivityModel(ObservableList<TaskEntry> tasks, ObservableList<Notice> notices) {
    this.tasks = tasks;
    this.notices = notices;
  }
}
