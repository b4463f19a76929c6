package dev.switchyard.engine.store;

import dev.switchyard.engine.backend.Backend;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What goes into a checkpoint, file by file; written in the order in which it was added. */
public final class CheckpointParts {
  /** Writes one file and says what {@code state.json} is to know of it. */
  @FunctionalInterface
  interface Part {
    Map<String, Object> writeTo(Path file) throws IOException;
  }

  /** Writes a safetensors file and gives each tensor's checksum by name. */
  @FunctionalInterface
  public interface Tensors {
    /** Writes the file. */
    Map<String, String> writeTo(Path file) throws IOException;
  }

  private final Map<String, Part> parts = new LinkedHashMap<>();
  private final TrainingState state;

  /** A checkpoint of nothing but where the run stands. */
  public CheckpointParts(TrainingState state) {
    this.state = state;
  }

  /** Adds tensors as a safetensors file. */
  public CheckpointParts tensors(String name, Backend backend, List<NamedTensor> tensors) {
    return add(name, file -> Map.of("tensors", TensorFile.save(file, backend, tensors)));
  }

  /** Adds a safetensors file of tensors that lie elsewhere than in a backend's memory. */
  public CheckpointParts tensors(String name, Tensors tensors) {
    return add(name, file -> Map.of("tensors", tensors.writeTo(file)));
  }

  /** Adds a small file. */
  public CheckpointParts file(String name, byte[] bytes) {
    return add(
        name,
        file -> {
          WholeFile.write(file, bytes);
          return Map.of("crc32c", Checkpoint.checksum(bytes));
        });
  }

  /** Adds a file that can be anything; for tests of what a failing one leaves. */
  CheckpointParts add(String name, Part part) {
    parts.put(name, part);
    return this;
  }

  /** The step that the checkpoint is of. */
  long step() {
    return state.step();
  }

  /** Writes all files and, last, {@code state.json}, each synced, into a folder. */
  void writeTo(Path folder) throws IOException {
    Map<String, Object> files = new LinkedHashMap<>();
    for (Map.Entry<String, Part> part : parts.entrySet()) {
      Path file = folder.resolve(part.getKey());
      Map<String, Object> described = new LinkedHashMap<>(part.getValue().writeTo(file));
      described.put("bytes", Files.size(file));
      files.put(part.getKey(), described);
    }
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("format", Checkpoint.FORMAT);
    json.put("step", state.step());
    json.put("tokens", state.tokens());
    json.put("seconds", state.seconds());
    json.put("twin_seconds", state.twinSeconds());
    json.put("data_position", Json.LINES.valueToTree(state.data()));
    json.put("files", files);
    // The sum is over the compact form of what a reader gets when it takes the sum out again.
    json.put("crc32c", Checkpoint.checksum(Json.line(json)));
    WholeFile.write(folder.resolve(Checkpoint.STATE), Json.pretty(json));
  }
}
