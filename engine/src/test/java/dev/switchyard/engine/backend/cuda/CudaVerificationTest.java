package dev.switchyard.engine.backend.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import dev.switchyard.engine.backend.Backend;
import dev.switchyard.engine.backend.cpu.CpuBackend;
import dev.switchyard.engine.verify.Finding;
import dev.switchyard.engine.verify.Verification;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The self-test, with whole training steps, passes on an emulated GPU. */
class CudaVerificationTest {
  @Test
  void operationsAndTrainingStepsAgreeWithTheCpuBackend() {
    try (Backend cuda = EmulatedCuda.backend();
        Backend cpu = new CpuBackend(1)) {
      List<Finding> findings = new Verification(cuda, cpu, 1, 1).run(finding -> {});
      assertThat(findings).allMatch(Finding::passed);
      assertThat(findings)
          .extracting(Finding::operation)
          .contains("attention", "routing", "training step: loss after an update");
    }
  }
}
