package dev.switchyard.engine.backend.cpu;

import com.sun.management.ThreadMXBean;
import dev.switchyard.engine.backend.AdamWStep;
import dev.switchyard.engine.backend.AttentionPlan;
import dev.switchyard.engine.backend.RoutingPlan;
import dev.switchyard.engine.tensor.ElementType;
import dev.switchyard.engine.tensor.RandomKey;
import dev.switchyard.engine.tensor.Tensor;
import dev.switchyard.engine.verify.Draw;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.List;

/**
 * Times the cpu backend's operations: a main program, not a test. Prints the median and what rate
 * it means, the best, and for each call the calling thread's processor time (with {@code
 * -Dthreads=1} all of it, even on a busy machine) and the bytes that it allocates. Compare only
 * lines of one run.
 */
final class CpuBench {
  private static final double BUDGET_SECONDS =
      Double.parseDouble(System.getProperty("seconds", "1"));
  private static final RandomKey KEY = new RandomKey(1, 2, 3);

  private final CpuBackend cpu;
  private final Draw draw = new Draw(1);
  private final ThreadMXBean allocation = (ThreadMXBean) ManagementFactory.getThreadMXBean();
  private final List<String> only;

  private CpuBench(CpuBackend cpu, List<String> only) {
    this.cpu = cpu;
    this.only = only;
  }

  public static void main(String[] names) {
    int threads = Integer.getInteger("threads", Runtime.getRuntime().availableProcessors());
    try (CpuBackend cpu = new CpuBackend(threads)) {
      System.out.println(cpu.description());
      CpuBench bench = new CpuBench(cpu, List.of(names));
      bench.products();
      bench.attention("B64 H4 L64 dk16", new AttentionPlan(64, 4, 64, 64, 16, false, 0, KEY));
      bench.attention("B16 H4 L128 dk64", new AttentionPlan(16, 4, 128, 128, 64, false, 0, KEY));
      bench.attention("with dropout", new AttentionPlan(16, 4, 128, 128, 64, false, 0.1, KEY));
      bench.rows();
      bench.loss();
      bench.routing();
      bench.updates();
    }
  }

  private void products() {
    for (int n : new int[] {64, 128, 256, 512, 1024, 2048}) {
      matmul(n, n, n, false, true);
    }
    matmul(2048, 1024, 256, false, true);
    matmul(2048, 256, 1024, false, false);
    matmul(1024, 256, 2048, true, false);
    matmul(2048, 8, 256, false, true);
    experts(8, 320, 320);
    experts(8, 320, 160);
    experts(64, 40, 40);
    experts(64, 40, 0);
  }

  private void matmul(int m, int n, int k, boolean transposeA, boolean transposeB) {
    Tensor a = transposeA ? draw.reals(cpu, k, m) : draw.reals(cpu, m, k);
    Tensor b = transposeB ? draw.reals(cpu, n, k) : draw.reals(cpu, k, n);
    Tensor out = cpu.allocate(m, n);
    time(
        "matmul " + m + "x" + n + "x" + k + (transposeA ? " tn" : transposeB ? " nt" : " nn"),
        2.0 * m * n * k,
        "FLOP",
        () -> cpu.matmul(a, transposeA, b, transposeB, out, false));
  }

  private void experts(int count, int capacity, int used) {
    Tensor a = draw.reals(cpu, count, capacity, 256);
    Tensor w = draw.reals(cpu, count, 1024, 256);
    Tensor out = cpu.allocate(count, capacity, 1024);
    int[] rows = new int[count];
    Arrays.fill(rows, used);
    Tensor rowsUsed = draw.integers(cpu, rows);
    time(
        "experts " + count + "x" + used + " of " + capacity + " 256->1024",
        2.0 * count * used * 256 * 1024,
        "FLOP",
        () -> cpu.batchedMatmul(a, false, w, true, out, false, rowsUsed));
    Tensor dW = cpu.allocate(count, 1024, 256);
    time(
        "experts' weight gradients " + count + "x" + used,
        2.0 * count * used * 256 * 1024,
        "FLOP",
        () -> cpu.batchedMatmul(out, true, a, false, dW, true, rowsUsed));
  }

  private void attention(String name, AttentionPlan plan) {
    int width = plan.heads() * plan.headSize();
    int tokens = plan.batch() * plan.queryLength();
    Tensor q = draw.reals(cpu, tokens, width);
    Tensor k = draw.reals(cpu, tokens, width);
    Tensor v = draw.reals(cpu, tokens, width);
    Tensor bias = draw.reals(cpu, plan.heads(), plan.queryLength(), plan.keyLength());
    Tensor out = cpu.allocate(tokens, width);
    Tensor state = cpu.allocate(cpu.attentionStateShape(plan));
    double flop = 4.0 * tokens * plan.keyLength() * width;
    int[] ones = new int[tokens];
    Arrays.fill(ones, 1);
    Tensor mask = draw.integers(cpu, ones);
    time(
        "attention " + name,
        flop,
        "FLOP",
        () -> cpu.attention(plan, q, k, v, bias, mask, out, state));
    Tensor dQ = cpu.allocate(tokens, width);
    Tensor dK = cpu.allocate(tokens, width);
    Tensor dV = cpu.allocate(tokens, width);
    Tensor dBias = cpu.allocate(plan.heads(), plan.queryLength(), plan.keyLength());
    time(
        "attention backward " + name,
        2 * flop,
        "FLOP",
        () -> cpu.attentionBackward(plan, q, k, v, bias, mask, out, state, q, dQ, dK, dV, dBias));
  }

  private void rows() {
    Tensor x = draw.reals(cpu, 4096, 512);
    Tensor y = cpu.allocate(4096, 512);
    Tensor z = draw.reals(cpu, 4096, 512);
    Tensor w = draw.reals(cpu, 512);
    Tensor inverse = cpu.allocate(4096);
    double bytes = 4.0 * x.size();
    time("softmax 4096x512", 2 * bytes, "B", () -> cpu.softmax(x, y));
    time("rmsNorm 4096x512", 2 * bytes, "B", () -> cpu.rmsNorm(x, w, 1e-6, y, inverse));
    time("rmsNorm backward", 4 * bytes, "B", () -> cpu.rmsNormBackward(z, x, w, inverse, y, w));
    time("add 2M", 3 * bytes, "B", () -> cpu.add(x, y));
    time("copy 2M", 2 * bytes, "B", () -> cpu.copy(x, y));
    time("zero 2M", bytes, "B", () -> cpu.zero(y));
    time("relu 2M", 2 * bytes, "B", () -> cpu.relu(x, y));
    time("relu backward 2M", 3 * bytes, "B", () -> cpu.reluBackward(x, z, y));
    time("geglu 2M", 3 * bytes, "B", () -> cpu.geglu(x, z, y));
    time("geglu backward 2M", 5 * bytes, "B", () -> cpu.gegluBackward(x, z, y, y, y));
    time("dropout 2M", 2 * bytes, "B", () -> cpu.dropout(x, 0.1, KEY, y));
    time("jitter 2M", 2 * bytes, "B", () -> cpu.jitter(x, 0.01, KEY, y));
    time("sum of squares 2M", bytes, "B", () -> cpu.sumOfSquares(x));
    time("all finite 2M", bytes, "B", () -> cpu.allFinite(x));
    Tensor small = cpu.allocate(64, 64);
    time("scale 64x64", 8.0 * small.size(), "B", () -> cpu.scale(small, 1.0));
    Tensor middle = cpu.allocate(256, 256);
    time("scale 256x256", 8.0 * middle.size(), "B", () -> cpu.scale(middle, 1.0));
  }

  private void loss() {
    Tensor logits = draw.reals(cpu, 512, 8192);
    Tensor dLogits = cpu.allocate(512, 8192);
    Tensor labels = draw.integers(cpu, draw.indices(512, 0, 8192));
    Tensor loss = cpu.allocate(512);
    Tensor whole = cpu.allocate(512);
    double bytes = 4.0 * logits.size();
    time("cross entropy 512x8192", bytes, "B", () -> cpu.crossEntropy(logits, labels, loss, whole));
    time(
        "cross entropy backward",
        2 * bytes,
        "B",
        () -> cpu.crossEntropyBackward(logits, labels, whole, 1, 0, dLogits));
    Tensor table = draw.reals(cpu, 8192, 256);
    Tensor ids = draw.integers(cpu, draw.indices(2048, 0, 8192));
    Tensor rows = cpu.allocate(2048, 256);
    time("embed 2048x256", 8.0 * rows.size(), "B", () -> cpu.embed(ids, table, rows));
    time("embed backward", 12.0 * rows.size(), "B", () -> cpu.embedBackward(ids, rows, table));
  }

  private void routing() {
    for (int experts : new int[] {8, 64}) {
      RoutingPlan plan = new RoutingPlan(16, 128, experts, 160 / experts);
      int tokens = plan.tokens();
      Tensor logits = draw.reals(cpu, tokens, experts);
      Tensor p = cpu.allocate(tokens, experts);
      Tensor expert = cpu.allocate(ElementType.INT32, tokens);
      Tensor gate = cpu.allocate(tokens);
      Tensor position = cpu.allocate(ElementType.INT32, tokens);
      Tensor slot = cpu.allocate(ElementType.INT32, tokens);
      Tensor slotChoice = cpu.allocate(ElementType.INT32, plan.slots());
      Tensor asked = cpu.allocate(ElementType.INT32, 16, experts);
      Tensor dropped = cpu.allocate(ElementType.INT32, 16);
      Tensor x = draw.reals(cpu, tokens, 256);
      Tensor xs = cpu.allocate(plan.slots(), 256);
      Tensor slope = draw.reals(cpu, 16, experts);
      Tensor dLogits = cpu.allocate(tokens, experts);
      Tensor sums = cpu.allocate(16, experts);
      Tensor figures = cpu.allocate(3);
      double bytes = 4.0 * p.size();
      String of = " of " + experts + " experts, 2048 tokens";
      time("softmax" + of, 2 * bytes, "B", () -> cpu.softmax(logits, p));
      time(
          "route" + of,
          bytes,
          "B",
          () -> {
            cpu.chooseExperts(plan, p, p, null, expert, gate);
            cpu.takePlaces(plan, expert, null, null, position, slot, slotChoice, asked, dropped);
          });
      time("sums" + of, bytes, "B", () -> cpu.sumProbabilities(plan, p, null, sums));
      time("figures" + of, bytes, "B", () -> cpu.routerFigures(logits, p, null, figures));
      time(
          "router backward" + of,
          2 * bytes,
          "B",
          () -> cpu.routerBackward(plan, logits, p, expert, gate, slope, null, 1e-3, dLogits));
      time("dispatch" + of, 8.0 * xs.size(), "B", () -> cpu.dispatch(x, slotChoice, 1, xs));
      time("combine" + of, 8.0 * x.size(), "B", () -> cpu.combine(xs, slot, gate, x));
      time(
          "combine backward" + of,
          8.0 * (x.size() + xs.size()),
          "B",
          () -> cpu.combineBackward(x, xs, slot, slotChoice, gate, xs, gate));
      time("dispatch backward" + of, 12.0 * x.size(), "B", () -> cpu.dispatchBackward(xs, slot, x));
    }
  }

  private void updates() {
    int n = 10_000_000;
    Tensor p = draw.reals(cpu, 1000, 10_000);
    Tensor g = draw.reals(cpu, 1000, 10_000);
    Tensor m = cpu.allocate(n);
    Tensor v = cpu.allocate(n);
    AdamWStep step = new AdamWStep(1e-3, 0.9, 0.99, 1e-8, 0.01, 10, 1);
    time("AdamW 10M", 28.0 * n, "B", () -> cpu.adamW(p, g, m, v, step));
    time("add 10M", 12.0 * n, "B", () -> cpu.add(g, p));
    time("copy 10M", 8.0 * n, "B", () -> cpu.copy(g, p));
  }

  private void time(String name, double work, String unit, Runnable call) {
    if (!only.isEmpty() && only.stream().noneMatch(name::startsWith)) {
      return;
    }
    long warm = System.nanoTime();
    int calls = 0;
    while (System.nanoTime() - warm < BUDGET_SECONDS * 1e9 || calls < 3) {
      call.run();
      calls++;
    }
    double[] seconds = new double[Math.max(5, 2 * calls)];
    long cpuBefore = allocation.getCurrentThreadCpuTime();
    long before = allocation.getCurrentThreadAllocatedBytes();
    for (int i = 0; i < seconds.length; i++) {
      long start = System.nanoTime();
      call.run();
      seconds[i] = (System.nanoTime() - start) / 1e9;
    }
    long cpuTime = allocation.getCurrentThreadCpuTime() - cpuBefore;
    long allocated = allocation.getCurrentThreadAllocatedBytes() - before;
    Arrays.sort(seconds);
    double median = seconds[seconds.length / 2];
    System.out.printf(
        "%-42s %10.1f us %8.1f G%s/s  best %10.1f us  caller %10.1f us  %6d B/call%n",
        name,
        median * 1e6,
        work / median / 1e9,
        unit,
        seconds[0] * 1e6,
        cpuTime / 1e3 / seconds.length,
        allocated / seconds.length);
  }
}
