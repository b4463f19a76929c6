package dev.switchyard.engine.backend;

import dev.switchyard.engine.tensor.Tensor;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** What goes over memory once: normalisation, activations, cross entropy, updates. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class RowBenchmark {
  private static final int TOKENS = 2048;
  private static final int WIDTH = 1024;
  private static final int VOCABULARY = 8192;
  private static final int PARAMETERS = 10_000_000;
  private static final AdamWStep STEP = new AdamWStep(1e-3, 0.9, 0.99, 1e-8, 0.01, 10, 1);

  private Backend backend;
  private Tensor x;
  private Tensor y;
  private Tensor z;
  private Tensor weight;
  private Tensor inverse;
  private Tensor logits;
  private Tensor labels;
  private Tensor loss;
  private Tensor logSumExp;
  private Tensor dLogits;
  private Tensor parameter;
  private Tensor gradient;
  private Tensor first;
  private Tensor second;

  @Setup
  public void fill(Device device) {
    backend = device.backend;
    x = device.numbers(TOKENS, WIDTH);
    y = device.numbers(TOKENS, WIDTH);
    z = device.numbers(TOKENS, WIDTH);
    weight = device.numbers(WIDTH);
    inverse = device.numbers(TOKENS);
    logits = device.numbers(TOKENS / 4, VOCABULARY);
    labels = device.integers(VOCABULARY, TOKENS / 4);
    loss = device.numbers(TOKENS / 4);
    logSumExp = device.numbers(TOKENS / 4);
    parameter = device.numbers(PARAMETERS);
    gradient = device.numbers(PARAMETERS);
    first = backend.allocate(PARAMETERS);
    second = backend.allocate(PARAMETERS);
    dLogits = device.numbers(TOKENS / 4, VOCABULARY);
  }

  @Benchmark
  public void rmsNorm() {
    backend.rmsNorm(x, weight, 1e-6, y, inverse);
  }

  @Benchmark
  public void relu() {
    backend.relu(x, y);
  }

  @Benchmark
  public void geglu() {
    backend.geglu(x, y, z);
  }

  @Benchmark
  public void softmax() {
    backend.softmax(x, y);
  }

  @Benchmark
  public void crossEntropy() {
    backend.crossEntropy(logits, labels, loss, logSumExp);
  }

  @Benchmark
  public void crossEntropyBackward() {
    backend.crossEntropyBackward(logits, labels, logSumExp, 1, 0, dLogits);
  }

  @Benchmark
  public void adamW() {
    backend.adamW(parameter, gradient, first, second, STEP);
  }
}
