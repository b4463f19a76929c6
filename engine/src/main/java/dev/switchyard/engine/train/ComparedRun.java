package dev.switchyard.engine.train;

import dev.switchyard.engine.store.CurveReader;
import java.nio.file.Path;

/**
 * A run that is laid beside others.
 *
 * @param folder where it is
 * @param name the folder's name
 * @param config its settings
 * @param flopsPerToken operations of training for a token of the Switch model
 * @param twinFlopsPerToken the same of the dense twin
 * @param curves reads its history, which may still be written
 */
public record ComparedRun(
    Path folder,
    String name,
    RunConfig config,
    double flopsPerToken,
    double twinFlopsPerToken,
    CurveReader curves) {
  /** A run with what its settings say of its cost. */
  public static ComparedRun of(Path folder, RunConfig config) {
    Path name = folder.getFileName();
    return new ComparedRun(
        folder,
        name == null ? folder.toString() : name.toString(),
        config,
        TrainingCompute.flopsPerToken(config, false),
        TrainingCompute.flopsPerToken(config, true),
        CurveReader.of(folder));
  }
}
