package dev.switchyard.engine.backend;

import java.util.function.Supplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.TestInstance;

/**
 * What every backend must do, in either precision. A backend's test is a subclass that says how to
 * open it. Results are compared with plain loops in double, gradients with the slopes of such
 * loops.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
public abstract class BackendConformance
    implements MemoryConformance,
        ProductConformance,
        ElementwiseConformance,
        NormalisationConformance,
        AttentionConformance,
        RoutingConformance,
        DispatchConformance,
        LossConformance,
        UpdateConformance {
  private final Supplier<Backend> open;
  private Backend backend;
  private Bench bench;

  /** Tests of the backend that the supplier opens. */
  protected BackendConformance(Supplier<Backend> open) {
    this.open = open;
  }

  @BeforeAll
  void openBackend() {
    backend = open.get();
  }

  @AfterAll
  void closeBackend() {
    backend.close();
  }

  @BeforeEach
  void setUpBench() {
    bench = new Bench(backend);
  }

  @AfterEach
  void clearBench() {
    bench.close();
  }

  @Override
  public Bench bench() {
    return bench;
  }
}
