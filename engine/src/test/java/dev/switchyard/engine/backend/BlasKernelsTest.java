package dev.switchyard.engine.backend;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class BlasKernelsTest {
  private static final String AVX512 = "fpu avx2 avx512f avx512dq avx512cd avx512bw avx512vl";

  private static String cpu(String vendor, String flags) {
    return "processor\t: 0\nvendor_id\t: %s\nflags\t\t: %s\n".formatted(vendor, flags);
  }

  @Test
  void amdWithAvx512GetsItsKernels() {
    assertThat(BlasKernels.wantsAvx512Kernels(cpu("AuthenticAMD", AVX512))).isTrue();
  }

  @Test
  void everyOtherCpuIsLeftToOpenBlas() {
    assertThat(BlasKernels.wantsAvx512Kernels(cpu("AuthenticAMD", "fpu avx2 avx512f"))).isFalse();
    assertThat(BlasKernels.wantsAvx512Kernels(cpu("GenuineIntel", AVX512))).isFalse();
    assertThat(BlasKernels.wantsAvx512Kernels("")).isFalse();
  }
}
