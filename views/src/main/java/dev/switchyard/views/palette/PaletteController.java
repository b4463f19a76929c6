package dev.switchyard.views.palette;

import dev.switchyard.views.action.Action;
import dev.switchyard.views.action.ActionGroup;
import dev.switchyard.views.palette.PaletteModel.Shown;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import javafx.scene.Node;
import javafx.scene.layout.StackPane;

/** The command palette, and the sheet of all keys, over the window. */
public final class PaletteController {
  private static final int MOST_RECENT = 6;

  private final Supplier<List<ActionGroup>> offered;
  private final PaletteModel model = new PaletteModel();
  private final StackPane view;
  private final List<String> recent = new ArrayList<>();
  private Node focusedBefore;

  /**
   * Nothing is shown yet.
   *
   * @param offered asked for all actions each time that it is opened
   */
  public PaletteController(Supplier<List<ActionGroup>> offered) {
    this.offered = offered;
    view = new StackPane(new PaletteView(model, this), new ShortcutSheet(model, this));
    view.setPickOnBounds(false);
    model.query.addListener((o, before, now) -> search());
  }

  /** What lies over the window. */
  public Node view() {
    return view;
  }

  /** Whether it is open. */
  public boolean isOpen() {
    return model.shown.get() != Shown.NOTHING;
  }

  /** Opens the palette, or closes it where it is open. */
  public void toggle() {
    show(Shown.PALETTE);
  }

  /** Opens the sheet of all keys, or closes it where it is open. */
  public void toggleShortcuts() {
    show(Shown.SHORTCUTS);
  }

  private void show(Shown what) {
    if (model.shown.get() == what) {
      close();
      return;
    }
    if (!isOpen()) {
      focusedBefore = view.getScene().getFocusOwner();
    }
    model.groups.set(offered.get());
    model.query.set("");
    search();
    model.shown.set(what);
  }

  /** Closes what is open; the focus goes back to where it was. */
  void close() {
    model.shown.set(Shown.NOTHING);
    if (focusedBefore != null) {
      focusedBefore.requestFocus();
      focusedBefore = null;
    }
  }

  private void search() {
    List<ActionSearch.Found> found = ActionSearch.find(model.groups.get(), model.query.get());
    model.found.setAll(model.query.get().isBlank() ? recentFirst(found) : found);
  }

  private List<ActionSearch.Found> recentFirst(List<ActionSearch.Found> all) {
    List<ActionSearch.Found> sorted = new ArrayList<>();
    for (String key : recent) {
      all.stream().filter(each -> key(each).equals(key)).findFirst().ifPresent(sorted::add);
    }
    all.stream().filter(each -> !sorted.contains(each)).forEach(sorted::add);
    return sorted;
  }

  /** Does what was found, if it can be done now; the palette is closed before. */
  void run(ActionSearch.Found found) {
    Action action = found == null ? null : found.action();
    if (action == null || !action.enabled().get()) {
      return;
    }
    recent.remove(key(found));
    recent.addFirst(key(found));
    if (recent.size() > MOST_RECENT) {
      recent.removeLast();
    }
    close();
    action.run();
  }

  private static String key(ActionSearch.Found found) {
    return found.group() + "." + found.action().name();
  }
}
