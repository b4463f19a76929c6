package dev.switchyard.engine.backend;

import dev.switchyard.engine.tensor.RandomKey;
import dev.switchyard.engine.tensor.Tensor;
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

/** Attention of 16 rows with 4 heads of 64. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class AttentionBenchmark {
  private static final int WIDTH = 256;

  @Param({"32", "128", "512"})
  public int length;

  @Param({"0", "0.1"})
  public double dropout;

  private Backend backend;
  private AttentionPlan plan;
  private Tensor q;
  private Tensor k;
  private Tensor v;
  private Tensor bias;
  private Tensor out;
  private Tensor state;
  private Tensor dQ;
  private Tensor dK;
  private Tensor dV;
  private Tensor dBias;

  @Setup
  public void fill(Device device) {
    backend = device.backend;
    plan = new AttentionPlan(16, 4, length, length, 64, false, dropout, new RandomKey(1, 2, 3));
    q = device.numbers(16 * length, WIDTH);
    k = device.numbers(16 * length, WIDTH);
    v = device.numbers(16 * length, WIDTH);
    bias = device.numbers(4, length, length);
    out = device.numbers(16 * length, WIDTH);
    state = backend.allocate(backend.attentionStateShape(plan));
    dQ = device.numbers(16 * length, WIDTH);
    dK = device.numbers(16 * length, WIDTH);
    dV = device.numbers(16 * length, WIDTH);
    dBias = device.numbers(4, length, length);
    forward();
  }

  @Benchmark
  public void forward() {
    backend.attention(plan, q, k, v, bias, null, out, state);
  }

  @Benchmark
  public void backward() {
    backend.attentionBackward(plan, q, k, v, bias, null, out, state, out, dQ, dK, dV, dBias);
  }
}
