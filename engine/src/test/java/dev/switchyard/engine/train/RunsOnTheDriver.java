package dev.switchyard.engine.train;

import dev.switchyard.engine.backend.Backend;
import dev.switchyard.engine.backend.cpu.CpuBackend;
import dev.switchyard.engine.backend.cuda.CudaOpening;
import dev.switchyard.engine.observe.StepReport;
import dev.switchyard.engine.verify.Finding;
import dev.switchyard.engine.verify.Verification;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * The self-test on the GPU that this process's driver names, and the same few steps of training on
 * it, on virtual devices on it, and on the processor. Writes a line for each finding that is out of
 * bounds, and for each step that is off; last, how many there were.
 */
public final class RunsOnTheDriver {
  private static final int STEPS = 5;
  // Ten times what single precision loses in a step, since each step starts from the last.
  private static final double BOUND = 1e-4;

  private RunsOnTheDriver() {}

  /** For a process of its own: a folder to write into. */
  public static void main(String[] arguments) throws InterruptedException {
    int seen = 0;
    try (Backend gpu = CudaOpening.open(0, false);
        Backend cpu = new CpuBackend(1)) {
      System.out.println(gpu.description());
      List<Finding> findings = new Verification(gpu, cpu, 2, 1).run(finding -> {});
      findings.stream().filter(finding -> !finding.passed()).forEach(System.out::println);
      seen += findings.size();
    }
    Path folder = Path.of(arguments[0]);
    List<StepReport> expected = train(folder.resolve("cpu"), Map.of("backend", "cpu"));
    Map<String, Object> layout = Map.of("backend", "cuda", "devices", 2, "mesh", "expert=2");
    for (Map<String, Object> settings :
        List.of(Map.<String, Object>of("backend", "cuda"), layout)) {
      List<StepReport> found = train(folder.resolve("cuda" + settings.size()), settings);
      for (int step = 0; step < STEPS; step++) {
        double off = found.get(step).model().loss() - expected.get(step).model().loss();
        if (!(Math.abs(off) < BOUND)) {
          System.out.println("step " + step + " with " + settings + " is off by " + off);
        }
        seen++;
      }
    }
    System.out.println(seen + " compared");
  }

  private static List<StepReport> train(Path run, Map<String, Object> settings)
      throws InterruptedException {
    RunConfig config =
        TinyRun.config(
                TinyRun.text(run.getParent()),
                "steps",
                STEPS,
                "routing_groups",
                2,
                "checkpoint_every",
                2,
                "twin",
                false)
            .with(settings);
    try (TrainingRun training = TrainingRuns.create(config, run)) {
      training.start();
      training.await();
      training.failure().ifPresent(System.out::println);
      return training.reports();
    }
  }
}
