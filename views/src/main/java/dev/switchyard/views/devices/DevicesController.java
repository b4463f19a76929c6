package dev.switchyard.views.devices;

import dev.switchyard.engine.train.TrainingRun;
import dev.switchyard.engine.train.Workbench;
import dev.switchyard.views.action.Action;
import dev.switchyard.views.component.Choice;
import dev.switchyard.views.devices.mesh.MeshController;
import dev.switchyard.views.devices.planner.PlannerController;
import dev.switchyard.views.navigation.Screen;
import dev.switchyard.views.task.Saving;
import dev.switchyard.views.task.Tasks;
import dev.switchyard.views.theme.Appearance;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.UnaryOperator;
import javafx.beans.binding.BooleanBinding;
import javafx.beans.property.ObjectProperty;
import javafx.beans.property.ReadOnlyStringProperty;
import javafx.beans.property.ReadOnlyStringWrapper;
import javafx.beans.property.SimpleObjectProperty;
import javafx.scene.Node;
import javafx.scene.layout.StackPane;

/** The screen Devices: the mesh of a run, and the planner. */
public final class DevicesController implements Screen {
  /** The pages of the screen. */
  public enum Page {
    THIS_RUN("This run"),
    PLANNER("Planner");

    private final String title;

    Page(String title) {
      this.title = title;
    }
  }

  private final MeshController mesh;
  private final PlannerController planner;
  private final ObjectProperty<Page> page = new SimpleObjectProperty<>(this, "page", Page.PLANNER);
  private final ReadOnlyStringWrapper status = new ReadOnlyStringWrapper("");
  private final StackPane view;
  private boolean shown;

  /** The screen; it is filled when it is entered. */
  public DevicesController(Workbench workbench, Tasks tasks, Appearance appearance, Saving saving) {
    mesh = new MeshController(workbench, tasks, appearance, saving, pages());
    planner = new PlannerController(workbench, tasks, appearance, pages());
    view = new StackPane(mesh.view(), planner.view());
    view.setId("devices-page");
    view.getChildren().forEach(each -> each.managedProperty().bind(each.visibleProperty()));
    page.subscribe(
        now -> {
          mesh.view().setVisible(now == Page.THIS_RUN);
          planner.view().setVisible(now == Page.PLANNER);
          status.unbind();
          status.bind(now == Page.PLANNER ? planner.statusProperty() : mesh.statusProperty());
          if (shown) {
            enter();
          }
        });
  }

  private Choice<Page> pages() {
    Choice<Page> pages = new Choice<>(Page.values().length, each -> each.title);
    pages.getStyleClass().add("device-pages");
    pages.setItems(List.of(Page.values()));
    pages.valueProperty().bindBidirectional(page);
    return pages;
  }

  @Override
  public Node view() {
    return view;
  }

  /** Which page is shown. */
  public ObjectProperty<Page> pageProperty() {
    return page;
  }

  @Override
  public ReadOnlyStringProperty statusProperty() {
    return status.getReadOnlyProperty();
  }

  @Override
  public List<Action> actions() {
    List<Action> all = new ArrayList<>();
    for (Page each : Page.values()) {
      all.add(
          Action.of(
                  "devices-" + each.name().toLowerCase(Locale.ROOT).replace('_', '-'),
                  "Show the page: " + each.title,
                  () -> page.set(each))
              .foundBy("devices mesh planner")
              .on("Alt+" + (each.ordinal() + 1)));
    }
    BooleanBinding ofMesh = page.isEqualTo(Page.THIS_RUN);
    mesh.actions().forEach(action -> all.add(action.when(ofMesh)));
    planner.actions().forEach(action -> all.add(action.after(() -> page.set(Page.PLANNER))));
    return all;
  }

  @Override
  public Map<String, String> state() {
    Map<String, String> state = new LinkedHashMap<>(planner.state());
    state.put("page", page.get().name());
    return state;
  }

  @Override
  public void restore(UnaryOperator<String> state) {
    Arrays.stream(Page.values())
        .filter(each -> each.name().equals(state.apply("page")))
        .forEach(page::set);
    planner.restore(state);
  }

  /** Plans for a model of which there is a configuration and no more. */
  public void plan(Path config) {
    page.set(Page.PLANNER);
    planner.plan(config);
  }

  @Override
  public void enter() {
    shown = true;
    if (page.get() == Page.PLANNER) {
      mesh.leave();
      planner.enter();
    } else {
      mesh.enter();
    }
  }

  @Override
  public void leave() {
    shown = false;
    mesh.leave();
  }

  /** A run that this window trains, whose devices can be watched; null: there is none. */
  public void offerTraining(TrainingRun run) {
    mesh.offerTraining(run);
    if (run != null && run.config().parallel().devices() > 1) {
      page.set(Page.THIS_RUN);
    }
  }

  @Override
  public void close() {
    mesh.close();
  }
}
