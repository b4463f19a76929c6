package dev.switchyard.app.command;

import dev.switchyard.app.workbench.ModelForward;
import dev.switchyard.engine.data.Batch;
import dev.switchyard.engine.model.ForwardAnswer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code switchyard forward}. */
@Command(
    name = "forward",
    description = {
      "Computes what a model gives for a batch of token ids: logits, loss, each token's expert, and"
          + " gradients. No dropout, no jitter, the capacity of evaluation.",
      "The loss is the mean cross entropy of the labels, without the router's losses."
    },
    mixinStandardHelpOptions = true,
    versionProvider = Version.class)
final class ForwardCommand implements Callable<Integer> {
  @ParentCommand private SwitchyardCommand switchyard;

  @Parameters(
      paramLabel = "MODEL",
      description =
          "A run's folder or name, a checkpoint, a Hugging Face folder, or a sample's name.")
  private String model;

  @Option(
      names = "--batch",
      paramLabel = "JSON",
      required = true,
      description =
          "The batch: input_ids, and if wanted attention_mask and labels, each a list of rows;"
              + " labels of -100 do not count, and the decoder reads the labels one place to the"
              + " right.")
  private Path batch;

  @Option(
      names = "--out",
      paramLabel = "SAFETENSORS",
      required = true,
      description =
          "Written: logits, loss, {encoder,decoder}.block.N.expert, .kept and .gate, and"
              + " grad.NAME.")
  private Path out;

  @Option(names = "--gradients", description = "Also the loss' gradient for every parameter.")
  private boolean gradients;

  @Option(
      names = "--backend",
      paramLabel = "B",
      defaultValue = "auto",
      description = "What computes (default: ${DEFAULT-VALUE}).")
  private String backend;

  @Override
  public Integer call() {
    ForwardAnswer answer =
        new ModelForward(switchyard.home(), model, gradients, backend).write(batch, out);
    long labels =
        Arrays.stream(answer.batch().labels()).filter(label -> label != Batch.IGNORED).count();
    switchyard
        .terminal()
        .out()
        .println(
            labels == 0
                ? out.toString()
                : String.format(
                    Locale.ROOT,
                    "cross entropy %.6f nats a label, %d labels, %s",
                    answer.crossEntropy(),
                    labels,
                    out));
    return Problems.DONE;
  }
}
