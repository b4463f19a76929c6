package dev.switchyard.app.workbench;

import dev.switchyard.engine.configuration.InputException;
import dev.switchyard.engine.configuration.SettingsRecord;
import dev.switchyard.engine.moe.RoutingConfig;
import dev.switchyard.engine.store.ModelDescription;
import dev.switchyard.engine.store.ModelFolder;
import dev.switchyard.engine.store.UpcycledModel;
import dev.switchyard.engine.train.RunConfig;
import dev.switchyard.samples.Samples;
import java.nio.file.Path;
import java.util.Map;

/** Makes sparse models of dense ones that the user names. */
public final class ModelUpcycling {
  private final ModelNames names;

  /** Over the models that a home folder's user can name. */
  public ModelUpcycling(Home home) {
    this.names = new ModelNames(home, Samples.bundled());
  }

  /**
   * Writes a sparse model.
   *
   * @param dense a run, a checkpoint, another model folder, or a sample's name
   * @param twin whether the dense twin beside it is meant
   * @param settings of model and routing, by name
   * @param out must not exist yet, or be empty
   * @return what it became
   * @throws InputException where the model is none or not dense, or a setting can't be used
   */
  public ModelDescription upcycle(
      String dense, boolean twin, Map<String, Object> settings, long seed, Path out) {
    RunConfig.defaults().with(settings); // sees that all of them are settings
    ModelFolder folder = ModelFolder.open(names.folder(dense));
    if (twin && !folder.hasTwin()) {
      throw new InputException("There is no dense twin beside the model in " + folder.path() + ".");
    }
    RoutingConfig routing = SettingsRecord.with(folder.description().routing(), settings);
    UpcycledModel upcycled = UpcycledModel.of(folder, twin, settings, routing, seed);
    upcycled.write(out);
    return upcycled.description();
  }
}
