package dev.switchyard.engine.store;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.switchyard.engine.configuration.InputException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/**
 * The tensors of a model by name, whether they lie in one safetensors file or in several with an
 * index. The files are mapped: opening reads their headers, and a look at a tensor reads that
 * tensor alone.
 */
public final class TensorDirectory implements AutoCloseable {
  /** The name of a model's file where there is only one. */
  public static final String SINGLE = "model.safetensors";

  /** The name of the index where there are several. */
  public static final String INDEX = "model.safetensors.index.json";

  private static final Pattern SHARD = Pattern.compile("[\\w][\\w.-]*\\.safetensors");
  private static final int MOST_SHARDS = 10_000;
  private static final long LARGEST_INDEX = 64L << 20;

  private final Path origin;
  private final List<Safetensors> opened = new ArrayList<>();
  private final Map<String, Safetensors> files = new LinkedHashMap<>();
  private final Map<String, StoredTensor> tensors = new LinkedHashMap<>();

  private TensorDirectory(Path origin) {
    this.origin = origin;
  }

  /**
   * The tensors of one file.
   *
   * @throws InputException where it is missing, cut or malformed
   */
  public static TensorDirectory of(Path file) {
    return filled(new TensorDirectory(file), directory -> directory.add(file));
  }

  /**
   * The tensors of a model folder: of {@value #SINGLE}, or of the files that {@value #INDEX} names.
   *
   * @throws InputException where there is neither, a file is missing, cut or malformed, or index
   *     and files contradict one another
   */
  public static TensorDirectory open(Path folder) {
    Path single = folder.resolve(SINGLE);
    Path index = folder.resolve(INDEX);
    if (Files.exists(single) || !Files.exists(index)) {
      if (!Files.exists(single)) {
        throw new InputException(
            "%s has neither %s nor %s%s."
                .formatted(folder, SINGLE, INDEX, adviceOnOtherFormats(folder)));
      }
      return of(single);
    }
    return filled(
        new TensorDirectory(index),
        directory -> directory.addShards(folder, Json.read(index, LARGEST_INDEX)));
  }

  private static TensorDirectory filled(
      TensorDirectory directory, Consumer<TensorDirectory> filling) {
    try {
      filling.accept(directory);
      return directory;
    } catch (RuntimeException e) {
      directory.close();
      throw e;
    }
  }

  private static String adviceOnOtherFormats(Path folder) {
    return Files.exists(folder.resolve("pytorch_model.bin"))
            || Files.exists(folder.resolve("pytorch_model.bin.index.json"))
        ? ": its pytorch_model.bin may hold code and is not read; save the model in safetensors"
        : "";
  }

  private void addShards(Path folder, ObjectNode index) {
    if (!(index.path("weight_map") instanceof ObjectNode places)) {
      throw new InputException("%s has no weight_map.".formatted(origin));
    }
    Map<String, String> shardOf = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> place : places.properties()) {
      String shard = place.getValue().asText("");
      // A name, never a way to somewhere else on the disk.
      if (!place.getValue().isTextual() || !SHARD.matcher(shard).matches()) {
        throw new InputException(
            "%s says that tensor %s lies in \"%s\", which is no name of a safetensors file."
                .formatted(origin, shown(place.getKey()), shown(shard)));
      }
      shardOf.put(place.getKey(), shard);
    }
    Set<String> shards = new TreeSet<>(shardOf.values());
    if (shards.size() > MOST_SHARDS) {
      throw new InputException("%s names %,d files.".formatted(origin, shards.size()));
    }
    shards.forEach(shard -> add(folder.resolve(shard)));
    checkIndex(shardOf);
  }

  private void checkIndex(Map<String, String> shardOf) {
    shardOf.forEach(
        (name, shard) -> {
          Safetensors file = files.get(name);
          if (file == null || !file.file().endsWith(shard)) {
            throw new InputException(
                "%s says that tensor %s lies in %s, but it does not."
                    .formatted(origin, shown(name), shard));
          }
        });
    for (Map.Entry<String, Safetensors> file : files.entrySet()) {
      if (!shardOf.containsKey(file.getKey())) {
        throw new InputException(
            "%s has a tensor %s that %s does not name."
                .formatted(file.getValue().file(), shown(file.getKey()), INDEX));
      }
    }
  }

  private static String shown(String name) {
    String line = name.replaceAll("\\s+", " ");
    return line.length() > 200 ? line.substring(0, 200) + "..." : line;
  }

  private void add(Path path) {
    Safetensors file = Safetensors.open(path);
    opened.add(file);
    if (file.tensors().isEmpty()) {
      throw new InputException("%s holds no tensor.".formatted(path));
    }
    for (StoredTensor tensor : file.tensors().values()) {
      Safetensors other = files.putIfAbsent(tensor.name(), file);
      if (other != null) {
        throw new InputException(
            "Tensor %s lies both in %s and in %s."
                .formatted(shown(tensor.name()), other.file(), path));
      }
      tensors.put(tensor.name(), tensor);
    }
  }

  /** The file, or the index, that says which tensors there are. */
  public Path origin() {
    return origin;
  }

  /** Every tensor's type, shape and place, by name. */
  public Map<String, StoredTensor> tensors() {
    return Collections.unmodifiableMap(tensors);
  }

  /** The file in which a tensor lies. */
  public Path fileOf(String name) {
    return file(name).file();
  }

  /** Bytes of all tensors together. */
  public long bytes() {
    return tensors.values().stream().mapToLong(t -> t.end() - t.start()).sum();
  }

  /** Reads one tensor, piece by piece; see {@link Safetensors#read}. */
  public void read(String name, Safetensors.Pieces to) {
    file(name).read(tensor(name), to);
  }

  /** Reads one tensor of real numbers that is small enough for an array. */
  public float[] floats(String name) {
    return file(name).floats(tensor(name));
  }

  /** Reads a stretch of a tensor of real numbers; see {@link Safetensors#floats}. */
  public void floats(String name, long from, float[] to, int place, int count) {
    file(name).floats(tensor(name), from, to, place, count);
  }

  /** CRC-32C of a tensor's bytes, 8 hexadecimal digits. */
  public String checksum(String name) {
    return file(name).checksum(tensor(name));
  }

  /**
   * A tensor's type, shape and place.
   *
   * @throws InputException where there is none of that name
   */
  public StoredTensor tensor(String name) {
    return file(name).tensor(name);
  }

  private Safetensors file(String name) {
    Safetensors file = files.get(name);
    if (file == null) {
      throw new InputException("%s has no tensor %s.".formatted(origin, shown(name)));
    }
    return file;
  }

  /** Unmaps the files. */
  @Override
  public void close() {
    opened.forEach(Safetensors::close);
    opened.clear();
  }
}
