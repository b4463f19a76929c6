package dev.switchyard.engine.backend.cuda;

import dev.switchyard.engine.backend.cuda.Launch.Grid;
import dev.switchyard.engine.tensor.ElementType;
import dev.switchyard.engine.tensor.RandomKey;
import dev.switchyard.engine.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What all operations share: turning tensors into addresses, adding launches to the queue, and
 * memory for what lives no longer than an operation. One such memory serves them all, since they
 * run in order.
 */
final class CudaWork {
  private final CudaMemory memory;
  private final CudaQueue queue;
  private final long ticket;
  private long scratch;
  private long scratchBytes;

  CudaWork(CudaMemory memory, CudaQueue queue) {
    this.memory = memory;
    this.queue = queue;
    this.ticket = memory.allocate(Long.BYTES);
    queue.add(new Command.Zero(ticket, Long.BYTES));
  }

  // ---- operands ----

  /** Address of what an operation reads. */
  long in(Tensor tensor) {
    return at(tensor);
  }

  /** The same, or 0 for null. */
  long inOrNone(Tensor tensor) {
    return tensor == null ? 0L : at(tensor);
  }

  /** Address of what an operation writes. */
  long out(Tensor tensor) {
    long at = at(tensor);
    ((CudaStorage) tensor.storage()).change();
    return at;
  }

  private long at(Tensor tensor) {
    if (tensor.storage() instanceof CudaStorage storage && storage.memory() == memory) {
      return storage.address() + tensor.offset() * storage.type().bytes();
    }
    throw new IllegalArgumentException(
        "A tensor of another backend or GPU was given to the cuda backend: " + tensor);
  }

  /** How kernels for this type are named: "f32" or "bf16". */
  static String suffix(Tensor tensor) {
    return suffix(tensor.type());
  }

  /** The same for a type. */
  static String suffix(ElementType type) {
    return switch (type) {
      case FLOAT32 -> "f32";
      case BFLOAT16 -> "bf16";
      case INT32 -> "i32";
      case FLOAT64 -> "f64";
    };
  }

  /** The kernel for tensors of these types, or null if the list has none. */
  static String variant(String kernel, List<String> suffixes, Tensor... tensors) {
    List<String> all = new ArrayList<>(Arrays.stream(tensors).map(CudaWork::suffix).toList());
    String suffix = all.stream().distinct().count() == 1 ? all.getFirst() : String.join("_", all);
    return suffixes.contains(suffix) ? kernel + "_" + suffix : null;
  }

  /** Whether all are of this type; null passes. */
  static boolean are(ElementType type, Tensor... tensors) {
    return Arrays.stream(tensors).allMatch(tensor -> tensor == null || tensor.type() == type);
  }

  /**
   * Whether all are of one of the two types that kernels compute with, and the same; null passes.
   */
  static boolean areOneReal(Tensor... tensors) {
    return are(ElementType.FLOAT32, tensors) || are(ElementType.BFLOAT16, tensors);
  }

  // ---- work ----

  /** Adds a launch. */
  void launch(String kernel, Grid grid, Object... arguments) {
    queue.add(Launch.of(kernel, grid, arguments));
  }

  /**
   * Adds a launch whose random numbers are those of a key: the kernel takes three arguments for it,
   * behind those given first.
   */
  void launchRandom(String kernel, Grid grid, RandomKey key, List<Object> first, Object... behind) {
    List<Object> arguments = new ArrayList<>(first);
    long keyAt = queue.keyFor(key);
    arguments.add((long) key.site());
    arguments.add(key.origin());
    arguments.add(keyAt);
    arguments.addAll(Arrays.asList(behind));
    queue.add(Launch.of(kernel, grid, arguments.toArray()));
  }

  /** Adds any other work. */
  void add(Command command) {
    queue.add(command);
  }

  /** The queue itself, for what has to wait. */
  CudaQueue queue() {
    return queue;
  }

  // ---- memory ----

  /** The word that lets the last block of a launch finish the sums of all. */
  long ticket() {
    return ticket;
  }

  /** So many bytes, as long as one operation needs them; another call may give the same. */
  long scratch(long bytes) {
    // Work that was held back may need more, and move it: not between this call and the launch.
    queue.addHeldBack();
    if (bytes > scratchBytes) {
      if (scratchBytes > 0) {
        memory.free(scratch);
      }
      scratchBytes = 0;
      scratch = memory.allocate(2 * bytes);
      scratchBytes = 2 * bytes;
    }
    return scratch;
  }
}
