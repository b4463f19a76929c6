package dev.switchyard.engine.backend.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import dev.switchyard.engine.backend.cuda.Launch.Grid;
import dev.switchyard.engine.tensor.Bfloat16;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Fused launches leave every byte of memory as the separate ones do. */
final class LaunchFusionTest {
  private static final int ROWS = 24;
  private static final int WIDTH = 40;
  private static final int SIZE = ROWS * WIDTH;
  private static final int EXPERTS = 5;
  private static final int CHOICES = 2;
  private static final int THRESHOLD = 1 << 22;

  private EmulatedKernels kernels;
  private Arena arena;
  private MemorySegment memory;
  private long used;

  @BeforeEach
  void findKernels() {
    Optional<EmulatedKernels> found = EmulatedKernels.build();
    Assumptions.assumeTrue(found.isPresent(), "no g++ on the PATH to compile the kernels with");
    kernels = found.orElseThrow();
    arena = Arena.ofConfined();
    memory = arena.allocate(1 << 20, 256);
  }

  @AfterEach
  void free() {
    if (arena != null) {
      arena.close();
    }
  }

  /** Numbers of the type, and their address. */
  private long reals(String type, int count) {
    Random random = new Random(used);
    long at = used;
    boolean exact = "f32".equals(type);
    for (int i = 0; i < count; i++) {
      float number = 2 * random.nextFloat() - 1;
      if (exact) {
        memory.set(ValueLayout.JAVA_FLOAT, at + 4L * i, number);
      } else {
        memory.set(ValueLayout.JAVA_SHORT, at + 2L * i, Bfloat16.round(number));
      }
    }
    used += (4L * count + 255) & -256;
    return memory.address() + at;
  }

  private static Launch dropout(String type, long x, int count, long origin) {
    return Launch.of(
        "dropout_" + type,
        Grid.elements(count),
        x,
        x,
        (long) count,
        77L,
        origin,
        0L,
        THRESHOLD,
        1.25f);
  }

  private List<Command> stepLike(String type) {
    int bytes = "f32".equals(type) ? 4 : 2;
    long hidden = reals(type, SIZE);
    long gradient = reals(type, SIZE);
    long branch = reals(type, SIZE);
    long residual = reals(type, SIZE);
    List<Command> work = new ArrayList<>();
    work.add(Launch.of("relu_" + type, Grid.elements(SIZE), hidden, hidden, (long) SIZE));
    for (int e = 0; e < 4; e++) {
      int first = e * SIZE / 4;
      work.add(dropout(type, hidden + (long) bytes * first, SIZE / 4, 1000 + first));
    }
    for (int e = 0; e < 2; e++) {
      int first = e * SIZE / 2;
      work.add(dropout(type, gradient + (long) bytes * first, SIZE / 2, 1000 + first));
    }
    work.add(
        Launch.of(
            "relu_backward_" + type, Grid.elements(SIZE), hidden, gradient, gradient, (long) SIZE));
    long gated = reals(type, SIZE);
    work.add(
        Launch.of(
            "geglu_" + type,
            Grid.elements(SIZE),
            reals(type, SIZE),
            reals(type, SIZE),
            gated,
            (long) SIZE));
    work.add(dropout(type, gated, SIZE, 5));
    work.add(dropout(type, branch, SIZE, 9));
    work.add(Launch.of("add_" + type, Grid.elements(SIZE), residual, branch, (long) SIZE));
    work.add(norm(type, branch));
    long other = reals(type, SIZE);
    work.add(Launch.of("add_" + type, Grid.elements(SIZE), residual, other, (long) SIZE));
    work.add(norm(type, other));
    long shares = reals(type, ROWS * EXPERTS);
    work.add(
        Launch.of(
            "softmax_" + type,
            Grid.rows(ROWS),
            reals(type, ROWS * EXPERTS),
            shares,
            ROWS,
            EXPERTS));
    work.add(choice(type, shares));
    addSummary(type, shares, work);
    return work;
  }

  private void addSummary(String type, long shares, List<Command> work) {
    long logits = reals(type, ROWS * EXPERTS);
    long partials = arena.allocate(8L * (EXPERTS + 3), 256).address(); // scratch: bytes may differ
    long ticket = arena.allocate(8, 256).address();
    work.add(
        Launch.of(
            "sum_probabilities_" + type,
            Grid.of(1, 1),
            shares,
            0L,
            reals("f32", EXPERTS),
            partials,
            ticket,
            1,
            ROWS,
            EXPERTS));
    work.add(
        Launch.of(
            "router_figures_" + type,
            Grid.of(1),
            logits,
            shares,
            0L,
            reals("f32", 3),
            partials,
            ticket,
            ROWS,
            EXPERTS));
  }

  private Launch norm(String type, long x) {
    return Launch.of(
        "rms_norm_" + type,
        Grid.rows(ROWS),
        x,
        reals("f32", WIDTH),
        reals(type, SIZE),
        reals("f32", ROWS),
        ROWS,
        WIDTH,
        1e-6f);
  }

  private Launch choice(String type, long scores) {
    return Launch.of(
        "choose_experts_" + type,
        Grid.rows(ROWS),
        scores,
        scores,
        0L,
        reals("f32", ROWS * CHOICES),
        reals(type, ROWS * CHOICES),
        ROWS,
        EXPERTS,
        CHOICES);
  }

  private byte[] after(List<Command> work, byte[] before) {
    MemorySegment.copy(before, 0, memory, ValueLayout.JAVA_BYTE, 0, before.length);
    for (Command command : work) {
      Launch launch = (Launch) command;
      long[] arguments = new long[launch.argumentCount()];
      Arrays.setAll(arguments, launch::argument);
      Grid grid = launch.grid();
      kernels.launch(
          launch.kernel(),
          grid.x(),
          grid.y(),
          grid.z(),
          grid.threadsX(),
          grid.threadsY(),
          grid.sharedBytes(),
          arguments);
    }
    return memory.toArray(ValueLayout.JAVA_BYTE);
  }

  @ParameterizedTest
  @ValueSource(strings = {"f32", "bf16"})
  void neighboursBecomeOneAndLeaveTheSameBytes(String type) {
    List<Command> work = stepLike(type);
    List<Command> fused = LaunchFusion.of(work);
    assertThat(fused.stream().map(command -> ((Launch) command).kernel()))
        .containsExactly(
            "relu_dropout_" + type,
            "relu_dropout_backward_" + type,
            "geglu_dropout_" + type,
            "residual_rms_norm_" + type,
            "residual_rms_norm_" + type,
            "route_" + type,
            "router_summary_" + type);
    byte[] before = memory.toArray(ValueLayout.JAVA_BYTE);
    byte[] expected = after(work, before);
    assertThat(after(fused, before)).isEqualTo(expected).isNotEqualTo(before);
  }

  @ParameterizedTest
  @ValueSource(strings = {"f32", "bf16"})
  void whatDoesNotFitStaysAsItIs(String type) {
    long x = reals(type, SIZE);
    long y = reals(type, SIZE);
    List<Command> work =
        List.of(
            Launch.of("relu_" + type, Grid.elements(SIZE), x, y, (long) SIZE),
            dropout(type, x, SIZE / 2, 0), // of another tensor
            dropout(type, x, SIZE / 2, 0), // no neighbour
            Launch.of("add_" + type, Grid.elements(SIZE), x, y, (long) SIZE),
            norm(type, x), // not of the sum
            Launch.of("relu_backward_" + type, Grid.elements(SIZE), x, y, y, (long) SIZE),
            Launch.of("softmax_" + type, Grid.rows(ROWS), x, y, ROWS, EXPERTS),
            choice(type, x),
            new Command.Zero(x, 4));
    assertThat(LaunchFusion.of(work)).isEqualTo(work);
  }
}
