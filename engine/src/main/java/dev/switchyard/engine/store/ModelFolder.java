package dev.switchyard.engine.store;

import dev.switchyard.engine.backend.Backend;
import dev.switchyard.engine.configuration.InputException;
import dev.switchyard.engine.data.ByteTokenizer;
import dev.switchyard.engine.data.ByteTokenizerFile;
import dev.switchyard.engine.layer.Buffer;
import dev.switchyard.engine.layer.Parameter;
import dev.switchyard.engine.store.huggingface.HuggingFaceFolder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.LongConsumer;

/**
 * A model on disk: {@code config.json}, {@code model.safetensors} (or several files with an index),
 * a tokenizer, perhaps the dense twin. A run's checkpoint is one, and so is a folder of Hugging
 * Face's transformers. Opening it reads the description only; {@link #tensors} gives its tensors by
 * name, each read when asked for, and {@link #loadModel} reads all of them.
 */
public final class ModelFolder {
  /** The tokenizer of a model without one. */
  private static final String NONE = "";

  private static final long LARGEST_CONFIG = 1 << 20;

  private final Path path;
  private final ModelDescription description;
  private final Checkpoint checkpoint;
  private final HuggingFaceFolder foreign;

  private ModelFolder(
      Path path, ModelDescription description, Checkpoint checkpoint, HuggingFaceFolder foreign) {
    this.path = path;
    this.description = description;
    this.checkpoint = checkpoint;
    this.foreign = foreign;
  }

  /**
   * Opens a run (its newest checkpoint), a checkpoint or another model folder.
   *
   * @throws InputException where it is none, or a file is missing, cut or foreign
   */
  public static ModelFolder open(Path path) {
    if (!Files.isDirectory(path)) {
      throw new InputException(
          Files.exists(path)
              ? "%s is a file; a model is a folder with a config.json.".formatted(path)
              : "There is no model %s.".formatted(path));
    }
    Path folder = RunFolder.isRun(path) ? RunFolder.checkpoints(path).newest() : path;
    Path config = folder.resolve(Checkpoint.CONFIG);
    if (!Files.exists(config)) {
      throw new InputException(
          "%s is no model: it has no %s.".formatted(folder, Checkpoint.CONFIG));
    }
    Map<String, Object> values = Json.map(Json.read(config, LARGEST_CONFIG));
    if (!ModelDescription.isOurs(values)) {
      HuggingFaceFolder foreign = HuggingFaceFolder.open(config, values, tokenizerIn(folder));
      return new ModelFolder(folder, foreign.description(), null, foreign);
    }
    Checkpoint checkpoint =
        Files.exists(folder.resolve(Checkpoint.STATE)) ? Checkpoint.open(folder) : null;
    ModelDescription description = ModelDescription.of(config, values);
    if (description.data().tokenizer().equals(NONE)) {
      description = description.withTokenizer(tokenizerIn(folder));
    }
    ModelFolder model = new ModelFolder(folder, description, checkpoint, null);
    model.checkTokenizer();
    return model;
  }

  /** The tokenizer that lies in a folder, as a {@code config.json} names it. */
  private static String tokenizerIn(Path folder) {
    Path file = folder.resolve(Checkpoint.TOKENIZER);
    if (!Files.isRegularFile(file)) {
      return NONE;
    }
    return ByteTokenizerFile.isAt(file) ? ByteTokenizer.NAME : Checkpoint.TOKENIZER;
  }

  private void checkTokenizer() {
    if (hasTokenizer() && !isBytes() && !Files.isRegularFile(Path.of(tokenizer()))) {
      throw new InputException(
          "%s has no %s, which its config.json asks for."
              .formatted(path, description.data().tokenizer()));
    }
  }

  /** Whether a tokenizer lies beside the weights, or it is "bytes". */
  public boolean hasTokenizer() {
    return !description.data().tokenizer().equals(NONE);
  }

  /** Where it is; of a run, the newest checkpoint's folder. */
  public Path path() {
    return path;
  }

  /** What {@code config.json} says. */
  public ModelDescription description() {
    return description;
  }

  /**
   * The tokenizer as settings name it: "bytes", or the path of the tokenizer.json beside.
   *
   * @throws InputException where there is none
   */
  public String tokenizer() {
    if (!hasTokenizer()) {
      throw new InputException(
          "%s has no %s, so it can't read text: put the model's there."
              .formatted(path, Checkpoint.TOKENIZER));
    }
    return isBytes()
        ? description.data().tokenizer()
        : path.resolve(Checkpoint.TOKENIZER).toString();
  }

  /** Whether it reads and writes bytes, with no tokenizer's file beside. */
  public boolean isBytes() {
    return description.data().tokenizer().equals(ByteTokenizer.NAME);
  }

  /** Whether the dense twin lies beside the model. */
  public boolean hasTwin() {
    return Files.exists(path.resolve(Checkpoint.TWIN));
  }

  /**
   * Reads the weights.
   *
   * @param parameters of a model of this description
   * @param buffers of the same; those that are not stored stay as they are
   * @throws InputException naming file and tensor, where one is missing, too much, of another shape
   *     or damaged
   */
  public void loadModel(Backend backend, List<Parameter> parameters, List<Buffer> buffers) {
    if (foreign != null) {
      foreign.load(backend, parameters);
    } else {
      load(Checkpoint.MODEL, backend, parameters, buffers);
    }
  }

  /** Files from which weights are still read. */
  @FunctionalInterface
  public interface OpenWeights extends AutoCloseable {
    @Override
    void close();
  }

  /**
   * The same, but a folder of transformers' weights are read when a pass first needs them, and of
   * experts only those that get tokens. Our own checkpoints are compared with their checksums, and
   * so read at once.
   *
   * @param before hears how many bytes of memory what is about to be read takes
   * @return to be closed after the model's last use
   */
  public OpenWeights openModel(
      Backend backend, List<Parameter> parameters, List<Buffer> buffers, LongConsumer before) {
    if (foreign != null) {
      TensorDirectory files = foreign.supply(backend, parameters, before);
      return files::close;
    }
    loadModel(backend, parameters, buffers);
    return () -> {};
  }

  /** Whether it is a folder of transformers, not one of ours. */
  public boolean isForeign() {
    return foreign != null;
  }

  /**
   * The tensors of the model, mapped: each is read when asked for, and nothing else. The caller
   * closes it.
   */
  public TensorDirectory tensors() {
    return TensorDirectory.open(path);
  }

  /** What the checkpoint calls a parameter; a tied one has one name here, whatever is stored. */
  public String checkpointName(String parameter) {
    return foreign == null ? parameter : foreign.nameInLibrary(parameter);
  }

  /** The name under which {@link #tensors} has a parameter. */
  public String storedName(String parameter) {
    return foreign == null ? parameter : foreign.storedName(parameter);
  }

  /** Reads the dense twin's weights; the parameters are those of its description's twin. */
  public void loadTwin(Backend backend, List<Parameter> parameters) {
    load(Checkpoint.TWIN, backend, parameters, List.of());
  }

  private void load(
      String file, Backend backend, List<Parameter> parameters, List<Buffer> buffers) {
    List<NamedTensor> tensors = new ArrayList<>(parameters.stream().map(NamedTensor::of).toList());
    if (!buffers.isEmpty()) {
      try (TensorDirectory stored = TensorDirectory.of(path.resolve(file))) {
        buffers.stream().filter(b -> stored.tensors().containsKey(b.name())).forEach(Buffer::use);
      }
      buffers.stream().filter(Buffer::isInUse).map(NamedTensor::of).forEach(tensors::add);
    }
    if (checkpoint != null && checkpoint.has(file)) {
      checkpoint.load(file, backend, tensors);
    } else {
      Map<String, String> noChecksums = null;
      TensorFile.load(path.resolve(file), backend, tensors, noChecksums);
    }
  }
}
