package dev.switchyard.app.command;

import dev.switchyard.app.terminal.Figures;
import dev.switchyard.app.workbench.ModelUpcycling;
import dev.switchyard.engine.model.ModelConfig;
import dev.switchyard.engine.model.SwitchTransformer;
import dev.switchyard.engine.store.ModelDescription;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code switchyard upcycle}. */
@Command(
    name = "upcycle",
    description = {
      "Makes a sparse model of a trained dense one: each expert starts as a copy of the dense"
          + " feed-forward layer, routers are drawn anew. Go on with train --from.",
      "A Switch layer's output is then the dense layer's times the gate. It is the same where gates"
          + " are divided by their sum: --set selection=top_k --set experts_per_token=2 --set"
          + " renormalise_gates=yes (with room for all tokens)."
    },
    mixinStandardHelpOptions = true,
    versionProvider = Version.class)
final class UpcycleCommand implements Callable<Integer> {
  @ParentCommand private SwitchyardCommand switchyard;

  @Parameters(
      paramLabel = "DENSE",
      description =
          "A dense model: a run's folder or name, a checkpoint, another model folder, or a Hugging"
              + " Face folder.")
  private String dense;

  @Option(
      names = "--experts",
      paramLabel = "N",
      required = true,
      description = "Experts in each Switch layer.")
  private String experts;

  @Option(
      names = "--out",
      paramLabel = "FOLDER",
      required = true,
      description = "The sparse model's folder. Must not exist yet, or be empty.")
  private Path out;

  @Option(
      names = "--every",
      paramLabel = "N",
      defaultValue = "2",
      description = "One of every N blocks becomes sparse, in both stacks (default: 2).")
  private String every;

  @Option(
      names = "--encoder-layers",
      paramLabel = "LIST",
      description = "The encoder's sparse blocks instead, such as 1,3,5.")
  private String encoderLayers;

  @Option(
      names = "--decoder-layers",
      paramLabel = "LIST",
      description = "The decoder's sparse blocks instead.")
  private String decoderLayers;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "1",
      description = "Of the routers' weights (default: 1).")
  private long seed;

  @Option(
      names = "--twin",
      description = "Take the dense twin that lies beside the model, not the model.")
  private boolean twin;

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description =
          "A setting of the routing, or of the model where it leaves the dense weights their"
              + " shapes (router_init, sparse_layer_placement); may be repeated.")
  private List<String> set = List.of();

  @Override
  public Integer call() {
    ModelDescription upcycled =
        new ModelUpcycling(switchyard.home()).upcycle(dense, twin, settings(), seed, out);
    ModelConfig sparse = upcycled.model();
    switchyard
        .terminal()
        .out()
        .println(
            "%s: %s parameters, %s experts in each of %d Switch layers"
                .formatted(
                    out,
                    Figures.count(SwitchTransformer.parameterCount(sparse, upcycled.routing())),
                    sparse.numExperts(),
                    sparse.switchLayers(true) + sparse.switchLayers(false)));
    return Problems.DONE;
  }

  private Map<String, Object> settings() {
    Map<String, Object> settings = new LinkedHashMap<>();
    settings.put("num_experts", experts);
    settings.put("encoder_sparse_step", every);
    settings.put("decoder_sparse_step", every);
    if (encoderLayers != null) {
      settings.put("encoder_sparse_layers", encoderLayers);
    }
    if (decoderLayers != null) {
      settings.put("decoder_sparse_layers", decoderLayers);
    }
    settings.putAll(KeyValue.all(set));
    return settings;
  }
}
