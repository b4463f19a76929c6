package dev.switchyard.engine.train;

import dev.switchyard.engine.configuration.InputException;
import dev.switchyard.engine.data.FileDigest;
import dev.switchyard.engine.store.Provenance;
import dev.switchyard.engine.store.RunFolder;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What {@code run.json} says of a run: its whole configuration, and what it was made with.
 *
 * @param config every setting
 * @param data what the files of the data held
 */
public record RunDescription(RunConfig config, List<FileDigest> data, List<FileDigest> teacher) {
  /** The version of {@code run.json} that this class writes and reads. */
  private static final int FORMAT = 1;

  private static final String CONFIG = "config";
  private static final String PROVENANCE = "provenance";
  private static final String TEACHER = "teacher";

  /**
   * The description of a new run, as {@code run.json} holds it.
   *
   * @param device where it computes; null where nothing was computed yet
   * @param from what it starts with, or null
   * @param teacher what it learns from, or null
   */
  static Map<String, Object> of(
      RunConfig config,
      String device,
      List<FileDigest> data,
      StartingModel from,
      TeachingModel teacher) {
    Map<String, Object> provenance = new LinkedHashMap<>(Provenance.now());
    if (device != null) {
      provenance.put("backend", device);
    }
    provenance.put("seed", config.training().seed());
    provenance.put("data", data.stream().map(FileDigest::values).toList());
    if (from != null) {
      provenance.put("from", from.provenance());
    }
    if (teacher != null) {
      provenance.put(TEACHER, teacher.provenance());
    }
    Map<String, Object> run = new LinkedHashMap<>();
    run.put("format", FORMAT);
    run.put("created", Instant.now().toString());
    run.put(CONFIG, config.values());
    run.put(PROVENANCE, provenance);
    return run;
  }

  /** The same {@code run.json} with another configuration. */
  static Map<String, Object> with(Map<String, Object> run, RunConfig config) {
    Map<String, Object> changed = new LinkedHashMap<>(run);
    changed.put(CONFIG, config.values());
    return changed;
  }

  /**
   * Reads a run's description.
   *
   * @throws InputException where there is none, or it is damaged
   */
  public static RunDescription read(Path folder) {
    return read(folder, RunFolder.read(folder));
  }

  static RunDescription read(Path folder, Map<String, Object> run) {
    Path file = folder.resolve(RunFolder.RUN);
    if (!Integer.valueOf(FORMAT).equals(run.get("format"))) {
      throw new InputException(
          "%s is of format %s, but this program reads format %d; use a newer program."
              .formatted(file, run.get("format"), FORMAT));
    }
    try {
      RunConfig config = RunConfig.defaults().with(RunFolder.section(folder, run, CONFIG));
      Map<String, Object> provenance = RunFolder.section(folder, run, PROVENANCE);
      Object teacher =
          provenance.get(TEACHER) instanceof Map<?, ?> values ? values.get("files") : null;
      return new RunDescription(config, digests(provenance.get("data")), digests(teacher));
    } catch (InputException e) {
      throw new InputException("%s: %s".formatted(file, e.getMessage()), e);
    }
  }

  private static List<FileDigest> digests(Object data) {
    List<FileDigest> digests = new ArrayList<>();
    if (data instanceof List<?> files) {
      for (Object file : files) {
        if (!(file instanceof Map<?, ?> values)
            || !(values.get("bytes") instanceof Number bytes)
            || !(values.get("modified") instanceof Number modified)) {
          throw new InputException("the digests of the files are damaged.");
        }
        digests.add(
            new FileDigest(
                String.valueOf(values.get("path")),
                bytes.longValue(),
                modified.longValue(),
                String.valueOf(values.get("sha256"))));
      }
    }
    return List.copyOf(digests);
  }
}
