package dev.switchyard.engine.bench;

import com.sun.management.ThreadMXBean;
import dev.switchyard.engine.backend.Backend;
import dev.switchyard.engine.configuration.SettingsRecord;
import dev.switchyard.engine.data.Batch;
import dev.switchyard.engine.layer.Precision;
import dev.switchyard.engine.model.RoutingTracer;
import dev.switchyard.engine.model.StepFigures;
import dev.switchyard.engine.model.SwitchTransformer;
import dev.switchyard.engine.train.Optimizer;
import dev.switchyard.engine.train.TrainingConfig;
import java.lang.management.CompilationMXBean;
import java.lang.management.ManagementFactory;
import java.util.Map;
import java.util.function.Function;

/**
 * Times training steps and forward passes of one model, as a training run does them but for reading
 * text: forward, backward, the gradient's norm, the optimizer. Random tokens, so that the routers'
 * load is that of initial weights.
 */
public final class StepBenchmark implements AutoCloseable {
  /** Seconds of work before the JIT is asked whether it still compiles. */
  public static final double WARM_UP = 6;

  private static final long SEED = 1;
  private static final double LEARNING_RATE = 1e-4;
  private static final double WEIGHT_DECAY = 0.01;
  private static final int FEWEST_TO_WARM_UP = 3;
  // On few processors the JIT takes their time from the steps. It rests when it compiled for less
  // than this share of a stretch; it is waited for no longer than so many times the warm-up.
  private static final double COMPILING = 0.02;
  private static final double LONGEST_WARM_UP = 4;
  // Of the time to warm up, what measuring one size of products takes.
  private static final double SHARE_FOR_PRODUCTS = 1.0 / 12;

  private static final CompilationMXBean JIT = ManagementFactory.getCompilationMXBean();

  private final BenchConfig config;
  private final Backend backend;
  private final SwitchTransformer model;
  private final Optimizer optimizer;
  private final Batch batch;
  private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
  private long step;
  private StepFigures figures;

  /** Nanoseconds of one step's parts. */
  private record Times(long forward, long backward, long update) {}

  /**
   * A model with initial weights and its optimizer on this backend, which stays its opener's.
   *
   * @throws dev.switchyard.engine.configuration.InputException if the batch does not divide into
   *     the routing groups
   */
  public StepBenchmark(BenchConfig config, Backend backend) {
    this.config = config;
    this.backend = backend;
    Workload work = config.workload();
    SwitchTransformer.checkRouting(
        config.model(), config.routing(), work.batch(), work.inputLength(), work.targetLength());
    this.model = new SwitchTransformer(config.model(), config.routing(), backend, SEED);
    model.setPrecision(Precision.named(work.precision()));
    TrainingConfig training =
        SettingsRecord.with(
            TrainingConfig.defaults(),
            Map.of("optimizer", work.optimizer(), "weight_decay", WEIGHT_DECAY));
    this.optimizer = Optimizer.of(training, backend, model.parameters());
    this.batch = work.batch(config.model().vocabSize(), config.model().isEncoderDecoder(), SEED);
    model.zeroGradients();
  }

  /**
   * Measures training steps, forward passes, and matrix products before and after them.
   *
   * @param steps of each kind
   * @param warmUp seconds of work of each kind before it is measured; up to four times as many
   *     while the JIT still compiles
   */
  public BenchResult run(int steps, double warmUp) {
    double before = peak(warmUp);
    warmUp(warmUp, this::train);
    double[] forward = new double[steps];
    double[] backward = new double[steps];
    double[] update = new double[steps];
    double[] whole = new double[steps];
    long allocated = threads.getTotalThreadAllocatedBytes();
    for (int i = 0; i < steps; i++) {
      Times times = train();
      forward[i] = times.forward();
      backward[i] = times.backward();
      update[i] = times.update();
      whole[i] = times.forward() + times.backward() + times.update();
    }
    allocated = threads.getTotalThreadAllocatedBytes() - allocated;
    double dropped = figures.droppedFraction();
    warmUp(warmUp, this::infer);
    double[] inference = new double[steps];
    for (int i = 0; i < steps; i++) {
      inference[i] = infer();
    }
    return new BenchResult(
        config,
        model.parameterCount(),
        backend.description(),
        inItsNumbers(Backend::productKernels),
        steps,
        millis(whole),
        millis(forward),
        millis(backward),
        millis(update),
        millis(inference),
        dropped,
        3 * config.forwardFlop(),
        Math.max(before, peak(warmUp)),
        allocated / steps);
  }

  /** Of products in the run's own numbers. */
  private double peak(double warmUp) {
    double seconds = warmUp * SHARE_FOR_PRODUCTS;
    return inItsNumbers(with -> new ProductPeak(with, seconds).measure());
  }

  private <T> T inItsNumbers(Function<Backend, T> asked) {
    if (!model.precision().isReduced()) {
      return asked.apply(backend);
    }
    try (Backend reduced = backend.withBfloat16()) {
      return asked.apply(reduced);
    }
  }

  /**
   * Measures what it costs to trace every token of every step: blocks of steps with and without, in
   * turns.
   *
   * @param pairs of blocks
   * @param stepsOfBlock steps of a block
   * @param warmUp as in {@link #run}
   */
  public TracingCost tracing(int pairs, int stepsOfBlock, double warmUp) {
    long[] counts = new long[2];
    RoutingTracer tracer =
        new RoutingTracer(
            routing -> {
              counts[0]++;
              counts[1] = routing.layers().stream().mapToLong(l -> 4L * l.expert().length).sum();
            });
    warmUp(warmUp, () -> block(1, tracer));
    double[] plain = new double[pairs];
    double[] traced = new double[pairs];
    double[] ratio = new double[pairs];
    for (int i = 0; i < pairs; i++) {
      // Which comes first changes, so that a machine that grows slower favours neither.
      boolean plainFirst = i % 2 == 0;
      double first = block(stepsOfBlock, plainFirst ? null : tracer);
      double second = block(stepsOfBlock, plainFirst ? tracer : null);
      plain[i] = plainFirst ? first : second;
      traced[i] = plainFirst ? second : first;
      ratio[i] = traced[i] / plain[i];
    }
    return new TracingCost(
        pairs,
        stepsOfBlock,
        millis(plain) / stepsOfBlock,
        millis(traced) / stepsOfBlock,
        Median.of(ratio) - 1,
        counts[0],
        tracer.skipped(),
        counts[1]);
  }

  /** Nanoseconds of some steps as a run does them, all traces handed out. */
  private double block(int steps, RoutingTracer tracer) {
    backend.synchronize();
    model.traceTraining(tracer);
    long begin = System.nanoTime();
    train(steps);
    if (tracer != null) {
      tracer.finish();
    }
    backend.synchronize();
    return System.nanoTime() - begin;
  }

  /** See {@link ExpertProducts}, of the same model and batch. */
  public static ExpertProducts expertProducts(BenchConfig config, Backend backend, int times) {
    return ExpertProducts.measure(config, backend, times);
  }

  private static void warmUp(double seconds, Runnable work) {
    work(seconds, FEWEST_TO_WARM_UP, work);
    double waited = seconds;
    while (waited < seconds * LONGEST_WARM_UP) {
      long compiled = JIT.getTotalCompilationTime();
      double stretch = work(seconds / 4, 1, work);
      waited += stretch;
      if (JIT.getTotalCompilationTime() - compiled < COMPILING * 1e3 * stretch) {
        return;
      }
    }
  }

  /** Works so long and so often at least; returns the seconds that it took. */
  private static double work(double seconds, int fewest, Runnable work) {
    long begin = System.nanoTime();
    int done = 0;
    while (done < fewest || System.nanoTime() - begin < seconds * 1e9) {
      work.run();
      done++;
    }
    return (System.nanoTime() - begin) * 1e-9;
  }

  private Times train() {
    step++;
    long begin = System.nanoTime();
    long[] forwardDone = new long[1];
    figures =
        model.forwardBackward(
            batch,
            SEED,
            step,
            () -> {
              backend.synchronize();
              forwardDone[0] = System.nanoTime();
            });
    backend.synchronize();
    long backwardDone = System.nanoTime();
    update();
    backend.synchronize();
    return new Times(
        forwardDone[0] - begin, backwardDone - forwardDone[0], System.nanoTime() - backwardDone);
  }

  private void update() {
    double norm = Math.sqrt(backend.sumOfSquares(model.gradientBlocks()));
    optimizer.update(step, LEARNING_RATE, Math.min(1, 1 / norm));
    model.zeroGradients();
  }

  /**
   * Runs training steps without measuring their parts: they wait for nothing but what a run's wait
   * for.
   *
   * @param steps how many
   */
  public void train(int steps) {
    for (int i = 0; i < steps; i++) {
      step++;
      figures = model.forwardBackward(batch, SEED, step);
      update();
      backend.submit();
    }
  }

  private long infer() {
    long begin = System.nanoTime();
    model.evaluate(batch);
    return System.nanoTime() - begin;
  }

  private static double millis(double[] nanos) {
    return Median.of(nanos) / 1e6;
  }

  /** Frees the model and the optimizer's memory. */
  @Override
  public void close() {
    optimizer.close();
    model.close();
  }
}
