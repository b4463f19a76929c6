package dev.switchyard.engine.verify;

import static org.assertj.core.api.Assertions.assertThat;

import dev.switchyard.engine.backend.Backend;
import dev.switchyard.engine.backend.cpu.CpuBackend;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The self-test finds a backend that is wrong. */
class VerificationTest {
  @Test
  void aWrongOperationIsFoundAndNamed() {
    try (Backend cpu = new CpuBackend(1);
        Backend same = new CpuBackend(1)) {
      List<Finding> findings = new Verification(wrong(cpu), same, 3, 1).run(finding -> {});
      assertThat(findings)
          .filteredOn(finding -> !finding.passed())
          .extracting(Finding::operation)
          .contains("gated units")
          .doesNotContain("matmul", "attention", "routing", "normalisation");
      assertThat(findings)
          .filteredOn(finding -> finding.operation().equals("sums") && !finding.passed())
          .allMatch(finding -> finding.problem().contains("does not work"));
    }
  }

  /** As the backend, but geglu computes something else and sum fails. */
  private static Backend wrong(Backend backend) {
    return (Backend)
        Proxy.newProxyInstance(
            Backend.class.getClassLoader(),
            new Class<?>[] {Backend.class},
            (proxy, method, arguments) -> {
              if (method.getName().equals("sum")) {
                throw new IllegalStateException("does not work");
              }
              try {
                return method.getName().equals("geglu")
                    ? Backend.class
                        .getMethod(
                            "copy",
                            dev.switchyard.engine.tensor.Tensor.class,
                            dev.switchyard.engine.tensor.Tensor.class)
                        .invoke(backend, arguments[0], arguments[2])
                    : method.invoke(backend, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }
}
