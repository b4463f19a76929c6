package dev.switchyard.engine.model;

import dev.switchyard.engine.configuration.InputException;
import dev.switchyard.engine.layer.ExpertNames;
import dev.switchyard.engine.layer.Linear;
import dev.switchyard.engine.layer.OutputHead;
import dev.switchyard.engine.layer.Parameter;
import dev.switchyard.engine.layer.ParameterSource;
import dev.switchyard.engine.moe.SwitchPlace;
import dev.switchyard.engine.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * The layers that a configuration asks for.
 *
 * @param encoder null for a decoder alone
 * @param places the Switch layers, in the order in which tokens pass them
 */
record Layers(Stack encoder, Stack decoder, OutputHead head, List<SwitchPlace> places) {

  /** Builds them, asking for the parameters in a fixed order. */
  static Layers build(ModelConfig config, ParameterSource source) {
    if (config.vocabSize() < 1) {
      throw new InputException(
          "vocab_size is 0: give the model the number of token ids that its tokenizer has.");
    }
    int width = config.dModel();
    boolean separate = config.isEncoderDecoder() && !config.shareEmbeddings();
    Parameter shared = separate ? null : embedding(source, config, "shared");
    Stack encoder =
        config.isEncoderDecoder()
            ? new Stack(
                source,
                config,
                true,
                separate ? embedding(source, config, "encoder.embed_tokens") : shared)
            : null;
    Stack decoder =
        new Stack(
            source,
            config,
            false,
            separate ? embedding(source, config, "decoder.embed_tokens") : shared);
    OutputHead head =
        config.tieWordEmbeddings()
            ? new OutputHead(new Linear(shared), Math.pow(width, -0.5), config.outputZLossCoef())
            : new OutputHead(
                source.linear("lm_head", config.vocabSize(), width), 1, config.outputZLossCoef());
    List<SwitchPlace> places = new ArrayList<>();
    if (encoder != null) {
      places.addAll(encoder.places());
    }
    places.addAll(decoder.places());
    return new Layers(encoder, decoder, head, List.copyOf(places));
  }

  private static Parameter embedding(ParameterSource source, ModelConfig config, String prefix) {
    return source.create(
        ParameterSource.Start.EMBEDDING,
        List.of(prefix + ".weight"),
        config.vocabSize(),
        config.dModel());
  }

  /** Elements of each parameter, in the order of {@link #build}; nothing is allocated. */
  static List<Long> parameterSizes(ModelConfig config, boolean treeRouters) {
    return parameterShapes(config, treeRouters).stream()
        .map(p -> Tensor.sizeOf(p.shape()))
        .toList();
  }

  /** Names and shape of each parameter, in the order of {@link #build}; nothing is allocated. */
  static List<ParameterShape> parameterShapes(ModelConfig config, boolean treeRouters) {
    List<ParameterShape> shapes = new ArrayList<>();
    ParameterSource count =
        new ParameterSource() {
          @Override
          public Parameter create(Start start, List<String> names, int... shape) {
            shapes.add(new ParameterShape(names, shape));
            return new Parameter(names, null, null);
          }

          @Override
          public Parameter experts(String prefix, String suffix, int experts, int out, int in) {
            // The largest models have more experts than anybody asks the names of.
            List<String> names = new ExpertNames(prefix, suffix, experts);
            return create(Start.TRUNCATED_NORMAL, names, experts, out, in);
          }

          @Override
          public boolean hasTreeRouters() {
            return treeRouters;
          }
        };
    Layers.build(config, count);
    return shapes;
  }

  /** The Switch layers of the encoder, or of the decoder. */
  List<SwitchPlace> placesOf(boolean ofEncoder) {
    return places.stream().filter(place -> place.encoder() == ofEncoder).toList();
  }
}
