package dev.switchyard.engine.store.huggingface;

import dev.switchyard.engine.backend.Backend;
import dev.switchyard.engine.configuration.InputException;
import dev.switchyard.engine.configuration.SettingsRecord;
import dev.switchyard.engine.layer.Parameter;
import dev.switchyard.engine.model.ModelConfig;
import dev.switchyard.engine.model.ParameterShape;
import dev.switchyard.engine.model.SwitchTransformer;
import dev.switchyard.engine.store.ModelDescription;
import dev.switchyard.engine.store.NamedTensor;
import dev.switchyard.engine.store.StoredTensor;
import dev.switchyard.engine.store.TensorDirectory;
import dev.switchyard.engine.store.TensorFile;
import dev.switchyard.engine.tensor.Tensor;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.LongConsumer;

/**
 * A folder of transformers: {@code config.json} and safetensors files. Opening it compares every
 * tensor's name and shape with the configuration, and reads no weights.
 */
public final class HuggingFaceFolder {
  private final Path path;
  private final ModelDescription description;
  private final HuggingFaceNames names;

  private HuggingFaceFolder(Path path, ModelDescription description, HuggingFaceNames names) {
    this.path = path;
    this.description = description;
    this.names = names;
  }

  /**
   * Opens a folder.
   *
   * @param config its {@code config.json}
   * @param values that it holds
   * @param tokenizer as settings name it
   * @throws InputException where the configuration contradicts itself or the tensors, or a file is
   *     missing, cut or malformed
   */
  public static HuggingFaceFolder open(Path config, Map<String, Object> values, String tokenizer) {
    HuggingFaceConfig read = HuggingFaceConfig.of(config, values, tokenizer);
    Path path = config.toAbsolutePath().getParent();
    try (TensorDirectory tensors = TensorDirectory.open(path)) {
      ModelDescription description = read.description();
      HuggingFaceNames names =
          new HuggingFaceNames(
              tensors.tensors().keySet(), read.dense(), description.model().tieWordEmbeddings());
      if (!names.sharesEmbeddings()) {
        ModelConfig own =
            SettingsRecord.with(description.model(), Map.of("share_embeddings", false));
        description = new ModelDescription(own, description.routing(), description.data());
      }
      check(config, tensors, names, description.model());
      return new HuggingFaceFolder(path, description, names);
    }
  }

  private static void check(
      Path config, TensorDirectory tensors, HuggingFaceNames names, ModelConfig model) {
    checkExperts(config, tensors, model);
    List<ParameterShape> shapes = SwitchTransformer.parameterShapes(model);
    for (ParameterShape parameter : shapes) {
      int[] shape = parameter.shape();
      int[] one = parameter.isExpert() ? Arrays.copyOfRange(shape, 1, shape.length) : shape;
      parameter.names().forEach(name -> TensorFile.check(tensors, names.name(name), one));
    }
    int[] table = {model.vocabSize(), model.dModel()};
    names.copiesOfEmbedding().forEach(name -> TensorFile.check(tensors, name, table));
    TensorFile.checkUsed(
        tensors,
        shapes.stream().flatMap(p -> p.names().stream()).map(names::name).toList(),
        names::mayBeUnused);
  }

  /** Before all their names are made: a number in a file is quickly written. */
  private static void checkExperts(Path config, TensorDirectory tensors, ModelConfig model) {
    long layers = 0;
    for (int block = 0; block < model.numLayers(); block++) {
      layers += model.isSparse(true, block) ? 1 : 0;
    }
    for (int block = 0; block < model.numDecoderLayers(); block++) {
      layers += model.isSparse(false, block) ? 1 : 0;
    }
    if (layers * model.numExperts() > tensors.tensors().size()) {
      throw new InputException(
          "%s asks for %d experts in %d layers, but %s has only %,d tensors."
              .formatted(
                  config, model.numExperts(), layers, tensors.origin(), tensors.tensors().size()));
    }
  }

  /** The model; its embeddings are as the tensors have them. */
  public ModelDescription description() {
    return description;
  }

  /** The name in the files of a parameter. */
  public String storedName(String parameter) {
    return names.name(parameter);
  }

  /** What the library calls a parameter. */
  public String nameInLibrary(String parameter) {
    return names.inLibrary(parameter);
  }

  /**
   * Reads the weights.
   *
   * @param parameters of a model of this description
   * @throws InputException naming file and tensor
   */
  public void load(Backend backend, List<Parameter> parameters) {
    try (TensorDirectory tensors = TensorDirectory.open(path)) {
      checkCopies(tensors);
      List<NamedTensor> named =
          parameters.stream().map(p -> NamedTensor.of(p).under(names::name)).toList();
      TensorFile.load(tensors, backend, named, null, names::mayBeUnused);
    }
  }

  /**
   * Lets weights be read when they are first needed, and of experts only those that get tokens.
   *
   * @param parameters of a model of this description
   * @param before hears how many bytes of memory what is about to be read takes
   * @return the files, which must stay open as long as the model is used
   * @throws InputException here or when weights are read, naming file and tensor
   */
  public TensorDirectory supply(Backend backend, List<Parameter> parameters, LongConsumer before) {
    TensorDirectory tensors = TensorDirectory.open(path);
    try {
      checkCopies(tensors);
    } catch (RuntimeException e) {
      tensors.close();
      throw e;
    }
    for (Parameter parameter : parameters) {
      parameter
          .supply()
          .from(
              parameter.names().size(),
              index -> {
                Tensor into = part(parameter, index);
                before.accept(into.size() * into.type().bytes());
                TensorFile.read(tensors, names.name(parameter.names().get(index)), backend, into);
              });
    }
    return tensors;
  }

  /** What one of a parameter's names stands for. */
  private static Tensor part(Parameter parameter, int index) {
    Tensor all = parameter.place();
    return parameter.isExpert() ? all.part(index, index + 1).as(all.length(1), all.length(2)) : all;
  }

  /** Tied tensors that differ are a configuration that contradicts the weights. */
  private void checkCopies(TensorDirectory tensors) {
    String embedding = names.name(HuggingFaceNames.SHARED);
    for (String copy : names.copiesOfEmbedding()) {
      StoredTensor one = tensors.tensor(embedding);
      StoredTensor other = tensors.tensor(copy);
      if (one.type() != other.type()
          || !tensors.checksum(embedding).equals(tensors.checksum(copy))) {
        throw new InputException(
            ("%s has different tensors %s and %s, but config.json ties them: set"
                    + " tie_word_embeddings to false.")
                .formatted(tensors.fileOf(copy), embedding, copy));
      }
    }
  }
}
