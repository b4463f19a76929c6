package dev.switchyard.views.devices.planner;

import dev.switchyard.engine.configuration.SettingsRecord;
import dev.switchyard.engine.plan.ClusterConfig;
import dev.switchyard.engine.plan.MeshPlan;
import dev.switchyard.engine.plan.Plan;
import dev.switchyard.engine.plan.WorkloadConfig;
import dev.switchyard.engine.train.Workbench;
import dev.switchyard.views.component.SettingValue;
import java.util.LinkedHashMap;
import java.util.Map;
import javafx.beans.property.ObjectProperty;
import javafx.beans.property.SimpleObjectProperty;
import javafx.beans.property.SimpleStringProperty;
import javafx.beans.property.StringProperty;
import javafx.collections.FXCollections;
import javafx.collections.ObservableList;

/** A model, a cluster, and what training the one on the other would take. */
final class PlannerModel {
  final ObservableList<Workbench.Preset> presets = FXCollections.observableArrayList();
  final ObjectProperty<Workbench.Preset> preset = new SimpleObjectProperty<>();

  /** The assumptions on the cluster, by name. */
  final Map<String, SettingValue> cluster = new LinkedHashMap<>();

  /** The assumptions on the work, by name. */
  final Map<String, SettingValue> workload = new LinkedHashMap<>();

  /** What came out; null before, and where nothing can. */
  final ObjectProperty<Plan> plan = new SimpleObjectProperty<>();

  /** The mesh that is shown closely. */
  final ObjectProperty<MeshPlan> chosen = new SimpleObjectProperty<>();

  /** Why there is no plan; empty where there is one. */
  final StringProperty problem = new SimpleStringProperty("");

  PlannerModel() {
    SettingsRecord.describe("cluster", ClusterConfig.defaults())
        .forEach(setting -> cluster.put(setting.name(), SettingValue.of(setting)));
    SettingsRecord.describe("workload", WorkloadConfig.defaults())
        .forEach(setting -> workload.put(setting.name(), SettingValue.of(setting)));
  }
}
