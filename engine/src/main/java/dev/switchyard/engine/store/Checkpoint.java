package dev.switchyard.engine.store;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.switchyard.engine.backend.Backend;
import dev.switchyard.engine.configuration.InputException;
import dev.switchyard.engine.data.Position;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.zip.CRC32C;

/**
 * A checkpoint on disk: a model folder (weights, {@code config.json}, tokenizer) with the
 * optimizer's moments and {@code state.json}, which says where the run stood and how each file must
 * look.
 */
public final class Checkpoint {
  public static final String MODEL = "model.safetensors";
  public static final String TWIN = "twin.safetensors";
  public static final String OPTIMIZER = "optimizer.safetensors";
  public static final String CONFIG = "config.json";
  public static final String TOKENIZER = "tokenizer.json";
  public static final String STATE = "state.json";

  /** The version of the layout that this class writes and reads. */
  static final int FORMAT = 1;

  private final Path folder;
  private final ObjectNode state;

  private Checkpoint(Path folder, ObjectNode state) {
    this.folder = folder;
    this.state = state;
  }

  /**
   * Opens a checkpoint's folder: reads its state, and sees that each file is there and of the right
   * size. Contents are compared by {@link #verify}.
   *
   * @throws InputException naming the file that is missing, cut or damaged
   */
  public static Checkpoint open(Path folder) {
    Path file = folder.resolve(STATE);
    ObjectNode state = Json.read(file);
    JsonNode sum = state.remove("crc32c");
    if (sum == null || !sum.asText().equals(checksum(Json.line(state)))) {
      throw new InputException(
          "%s is damaged: it is not as it was written; use another checkpoint.".formatted(file));
    }
    if (state.path("format").asInt() != FORMAT) {
      throw new InputException(
          "%s is of format %s, but this program reads format %d; use a newer program."
              .formatted(file, state.path("format").asText("none"), FORMAT));
    }
    Checkpoint checkpoint = new Checkpoint(folder, state);
    checkpoint.files().forEach(checkpoint::checkSize);
    return checkpoint;
  }

  private void checkSize(String name, JsonNode described) {
    Path file = folder.resolve(name);
    try {
      long size = Files.size(file);
      long expected = described.path("bytes").asLong(-1);
      if (size != expected) {
        throw new InputException(
            "%s has %,d bytes instead of %,d: it is cut or was changed; use another checkpoint."
                .formatted(file, size, expected));
      }
    } catch (IOException e) {
      throw FileProblem.reading(file, e);
    }
  }

  private Map<String, JsonNode> files() {
    Map<String, JsonNode> files = new LinkedHashMap<>();
    state.path("files").properties().forEach(e -> files.put(e.getKey(), e.getValue()));
    return files;
  }

  /** Its folder. */
  public Path folder() {
    return folder;
  }

  /** Where the run stood. */
  public TrainingState state() {
    return new TrainingState(
        state.path("step").asLong(),
        state.path("tokens").asLong(),
        state.path("seconds").asDouble(),
        state.path("twin_seconds").asDouble(),
        position());
  }

  private Position position() {
    try {
      return Json.LINES.treeToValue(state.path("data_position"), Position.class);
    } catch (JsonProcessingException e) {
      throw new InputException(
          "%s does not say where the data stands.".formatted(folder.resolve(STATE)), e);
    }
  }

  /** Whether it has a file of this name. */
  public boolean has(String name) {
    return files().containsKey(name);
  }

  /**
   * Compares every byte with its checksum.
   *
   * @throws InputException naming the file, and the tensor where it is one
   */
  public void verify() {
    files().forEach((name, described) -> verify(folder.resolve(name), described));
  }

  private static void verify(Path file, JsonNode described) {
    if (described.has("tensors")) {
      TensorFile.verify(file, tensorSums(described));
      return;
    }
    try {
      if (!checksum(Files.readAllBytes(file)).equals(described.path("crc32c").asText())) {
        throw new InputException(
            "%s is damaged: its bytes are not those that were written.".formatted(file));
      }
    } catch (IOException e) {
      throw FileProblem.reading(file, e);
    }
  }

  /**
   * Reads one of its safetensors files into a backend's memory.
   *
   * @throws InputException naming file and tensor
   */
  public void load(String name, Backend backend, List<NamedTensor> tensors) {
    JsonNode described = files().get(name);
    if (described == null) {
      throw new InputException("%s has no %s.".formatted(folder, name));
    }
    TensorFile.load(folder.resolve(name), backend, tensors, tensorSums(described));
  }

  /** Names of the tensors in one of its safetensors files. */
  public Set<String> tensors(String name) {
    JsonNode described = files().get(name);
    return described == null ? Set.of() : tensorSums(described).keySet();
  }

  private static Map<String, String> tensorSums(JsonNode described) {
    Map<String, String> sums = new LinkedHashMap<>();
    described
        .path("tensors")
        .properties()
        .forEach(e -> sums.put(e.getKey(), e.getValue().asText()));
    return sums;
  }

  static String checksum(byte[] bytes) {
    CRC32C sum = new CRC32C();
    sum.update(bytes);
    return Safetensors.hex(sum);
  }
}
