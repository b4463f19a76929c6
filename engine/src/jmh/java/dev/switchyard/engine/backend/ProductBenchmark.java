package dev.switchyard.engine.backend;

import dev.switchyard.engine.tensor.ElementType;
import dev.switchyard.engine.tensor.Tensor;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** The products of a projection: forward, and the gradients of its input and of its weight. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class ProductBenchmark {
  /** Tokens x in -> out; of experts: how many x tokens each x in -> out. */
  @Param({
    "1x2048x256-256",
    "1x2048x256-1024",
    "1x512x256-8192",
    "8x210x256-1024",
    "64x24x256-1024"
  })
  public String shape;

  private Backend backend;
  private Tensor x;
  private Tensor weight;
  private Tensor y;
  private Tensor gradient;
  private Tensor used;

  @Setup
  public void fill(Device device) {
    int[] sizes = Arrays.stream(shape.split("[x-]")).mapToInt(Integer::parseInt).toArray();
    backend = device.backend;
    x = device.numbers(sizes[0], sizes[1], sizes[2]);
    weight = device.numbers(sizes[0], sizes[3], sizes[2]);
    y = device.numbers(sizes[0], sizes[1], sizes[3]);
    gradient = device.numbers(sizes[0], sizes[3], sizes[2]);
    int[] all = new int[sizes[0]];
    Arrays.fill(all, sizes[1]);
    used = backend.allocate(ElementType.INT32, sizes[0]);
    backend.write(used, all);
  }

  @Benchmark
  public void forward() {
    backend.batchedMatmul(x, false, weight, true, y, false, used);
  }

  @Benchmark
  public void gradientOfInput() {
    backend.batchedMatmul(y, false, weight, false, x, false, used);
  }

  @Benchmark
  public void gradientOfWeight() {
    backend.batchedMatmul(y, true, x, false, gradient, true, used);
  }
}
