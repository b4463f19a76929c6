package dev.switchyard.app.bench;

import dev.switchyard.engine.store.RunFolder;
import dev.switchyard.engine.train.RunConfig;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;

/** The folder of a run with a very long history. */
final class LongRun {
  private static final int EXPERTS = 16;

  private LongRun() {}

  /** Writes it; the lines are as long as those of a small pair with two Switch layers. */
  static Path write(Path folder, long steps) throws IOException {
    RunConfig config = RunConfig.defaults().with(Map.of("num_experts", EXPERTS, "twin", true));
    RunFolder.create(folder, Map.of("config", config.values())).close();
    Random noise = new Random(5);
    String load = load(noise);
    try (BufferedWriter lines = Files.newBufferedWriter(folder.resolve(RunFolder.METRICS))) {
      for (long step = 1; step <= steps; step++) {
        double loss = 2 + 5 / (1 + Math.log1p(step / 100.0)) + 0.1 * noise.nextGaussian();
        lines.write("{\"step\":" + step + ',' + figures(step, loss));
        lines.write(",\"experts\":{\"decoder.block.1\":[" + load + "]");
        lines.write(",\"decoder.block.3\":[" + load + "]}");
        lines.write(",\"twin\":{\"step\":" + step + ',' + figures(step, loss + 0.3) + "}}\n");
      }
    }
    Files.createFile(folder.resolve(RunFolder.EVENTS));
    return folder;
  }

  private static String load(Random noise) {
    StringBuilder load = new StringBuilder();
    for (int e = 0; e < EXPERTS; e++) {
      load.append(e == 0 ? "" : ",").append(0.5f + noise.nextFloat());
    }
    return load.toString();
  }

  private static String figures(long step, double loss) {
    return "\"tokens\":"
        + step * 4096
        + ",\"seconds\":"
        + step * 0.0371
        + ",\"loss\":"
        + (loss + 0.03)
        + ",\"cross_entropy\":"
        + loss
        + ",\"load_balancing_loss\":1.0134,\"z_loss\":11.52,\"output_z_loss\":80.25"
        + ",\"dropped_fraction\":0.0123,\"gradient_norm\":0.6421"
        + ",\"tokens_per_second\":110251.7,\"learning_rate\":0.001";
  }
}
