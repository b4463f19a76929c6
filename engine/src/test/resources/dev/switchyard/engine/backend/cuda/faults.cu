// Kernels that are wrong on purpose: the emulation must say so.
#include "kernels.cuh"

KERNEL(fault_barrier_of_some, 64, (int* out)) {
  if (threadIdx.x < 40) {
    __syncthreads();
  }
  out[threadIdx.x] = 1;
}

KERNEL(fault_warp_of_some, 64, (int* out)) {
  int x = static_cast<int>(threadIdx.x);
  if (threadIdx.x != 5) {
    x = __shfl_xor_sync(ALL_LANES, x, 1);
  }
  out[threadIdx.x] = x;
}

KERNEL(fault_behind_shared_array, 64, (int* out, int at)) {
  SHARED(int, numbers, 64);
  numbers[at + threadIdx.x] = 1;
  out[threadIdx.x] = 1;
}

KERNEL(fault_behind_dynamic_shared, 64, (int* out)) {
  DYNAMIC_SHARED(int, numbers);
  numbers[threadIdx.x] = 1;
  out[threadIdx.x] = 1;
}

// Reads what its neighbour writes, without waiting for it.
KERNEL(fault_race, 64, (int* out)) {
  SHARED(int, numbers, 64);
  numbers[threadIdx.x] = static_cast<int>(threadIdx.x);
  out[threadIdx.x] = numbers[threadIdx.x ^ 1u];
}
