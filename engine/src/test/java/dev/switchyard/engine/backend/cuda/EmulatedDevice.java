package dev.switchyard.engine.backend.cuda;

import dev.switchyard.engine.tensor.Bfloat16;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

/**
 * A GPU on the processor: the backend's own kernels, compiled as C++, on the host's memory, and
 * matrix products by plain loops in double. Everything is done when a call returns but copies
 * beside the stream, which are as late as they may be. What a real device would refuse is refused
 * here as well: copies from memory that is not the device's to copy from, waiting while work is
 * captured, more memory than there is.
 */
final class EmulatedDevice implements CudaDevice {
  // Devices are parts of one GPU: each can reach what another has allocated.
  private static final ConcurrentSkipListMap<Long, Long> ON_GPU = new ConcurrentSkipListMap<>();

  private final EmulatedKernels kernels;
  private final GpuFacts facts;
  private final Map<Long, Arena> allocated = new ConcurrentHashMap<>();
  private final TreeMap<Long, Arena> onHost = new TreeMap<>();
  private final AtomicLong bytesLeft;
  private List<Runnable> captured;
  private Supplier<String> lostIn = () -> null;
  private boolean lost;
  private boolean capturing = true;
  private long launches;
  private long waits;
  private long waitsBeside;

  private record Recorded(List<Runnable> work) implements Graph {
    @Override
    public void free() {}
  }

  /** A device with so much memory. */
  EmulatedDevice(EmulatedKernels kernels, int capability, long memoryBytes) {
    this.kernels = kernels;
    this.facts = new GpuFacts(0, "emulated GPU", capability, memoryBytes);
    this.bytesLeft = new AtomicLong(memoryBytes);
  }

  /** From the first launch of the kernel of this name on, the device does not answer any more. */
  void loseIn(Supplier<String> kernel) {
    lostIn = kernel;
  }

  /** From now on it captures nothing. */
  void refuseCaptures() {
    capturing = false;
  }

  /** Kernels that were started one by one, not by a graph. */
  long launches() {
    return launches;
  }

  /** How often the program waited for the stream. */
  long waits() {
    return waits;
  }

  /** How often it waited for a copy beside the stream. */
  long waitsBeside() {
    return waitsBeside;
  }

  /** Whether an address lies in this device's own memory. */
  boolean owns(long address) {
    Map.Entry<Long, Long> block = ON_GPU.floorEntry(address);
    return block != null
        && address < block.getKey() + block.getValue()
        && allocated.containsKey(block.getKey());
  }

  /** Blocks of memory that are not freed. */
  int blocks() {
    return allocated.size() + onHost.size();
  }

  private void use() {
    if (lost) {
      throw new CudaFault(CudaFault.Kind.LOST, "CUDA_ERROR_ILLEGAL_ADDRESS");
    }
  }

  @Override
  public GpuFacts facts() {
    return facts;
  }

  @Override
  public String productKernels() {
    return "plain loops";
  }

  @Override
  public boolean hasMatrixUnitsForBfloat16() {
    return facts.capability() >= 80;
  }

  @Override
  public long allocate(long bytes) {
    use();
    if (bytesLeft.addAndGet(-bytes) < 0) {
      bytesLeft.addAndGet(bytes);
      throw new CudaFault(CudaFault.Kind.OUT_OF_MEMORY, "no " + bytes + " bytes");
    }
    Arena arena = Arena.ofShared();
    MemorySegment block = arena.allocate(bytes, 256);
    spoil(block);
    allocated.put(block.address(), arena);
    ON_GPU.put(block.address(), bytes);
    return block.address();
  }

  /** Nothing may count on zeros: as a real number this is none, as an index far away. */
  private static void spoil(MemorySegment block) {
    long done = Math.min(block.byteSize(), 4 * Integer.BYTES);
    for (long at = 0; at < done; at++) {
      block.set(ValueLayout.JAVA_BYTE, at, (byte) (at % 2 == 0 ? 0xFF : 0x7F));
    }
    for (; done < block.byteSize(); done *= 2) {
      MemorySegment.copy(block, 0, block, done, Math.min(done, block.byteSize() - done));
    }
  }

  @Override
  public void free(long address) {
    use();
    ON_GPU.remove(address);
    allocated.remove(address).close();
  }

  @Override
  public boolean holds(long address) {
    use();
    Map.Entry<Long, Long> block = ON_GPU.floorEntry(address);
    return block != null && address < block.getKey() + block.getValue();
  }

  @Override
  public MemorySegment allocateHost(long bytes) {
    use();
    Arena arena = Arena.ofShared();
    MemorySegment block = arena.allocate(bytes, 64);
    onHost.put(block.address(), arena);
    return block;
  }

  @Override
  public void freeHost(MemorySegment memory) {
    use();
    onHost.remove(memory.address()).close();
  }

  private static MemorySegment at(long address, long bytes) {
    return MemorySegment.ofAddress(address).reinterpret(bytes);
  }

  private void refuseInCapture(String call) {
    use();
    if (captured != null) {
      throw new CudaFault(CudaFault.Kind.OTHER, call + ": not while work is captured");
    }
  }

  /** Work that is done now, or captured. */
  private void put(Runnable work) {
    use();
    if (captured != null) {
      captured.add(work);
    } else {
      work.run();
    }
  }

  @Override
  public void copyInBeside(long to, MemorySegment from, long bytes) {
    refuseInCapture("copyInBeside");
    refuseUnlessPinned(from);
    MemorySegment.copy(
        from, ValueLayout.JAVA_BYTE, 0, at(to, bytes), ValueLayout.JAVA_BYTE, 0, bytes);
  }

  /** It lands no sooner than it is waited for: whoever overwrites its source meanwhile is seen. */
  @Override
  public Event copyOutBeside(MemorySegment to, long from, long bytes) {
    refuseInCapture("copyOutBeside");
    refuseUnlessPinned(to);
    return new Event() {
      private boolean asked;
      private boolean landed;

      @Override
      public boolean isPast() {
        use();
        if (asked) {
          land();
        }
        asked = true;
        return landed;
      }

      @Override
      public void await() {
        refuseInCapture("await");
        waitsBeside += landed ? 0 : 1;
        land();
      }

      private void land() {
        if (!landed) {
          landed = true;
          MemorySegment.copy(
              at(from, bytes), ValueLayout.JAVA_BYTE, 0, to, ValueLayout.JAVA_BYTE, 0, bytes);
        }
      }
    };
  }

  private void refuseUnlessPinned(MemorySegment host) {
    Map.Entry<Long, Arena> block = onHost.floorEntry(host.address());
    if (block == null) {
      throw new CudaFault(CudaFault.Kind.OTHER, "memory of the host that a GPU can't copy from");
    }
  }

  @Override
  public void copyOut(MemorySegment to, long from, long bytes) {
    refuseInCapture("copyOut");
    MemorySegment.copy(
        at(from, bytes), ValueLayout.JAVA_BYTE, 0, to, ValueLayout.JAVA_BYTE, 0, bytes);
  }

  @Override
  public void copy(long to, long from, long bytes) {
    put(
        () ->
            MemorySegment.copy(
                at(from, bytes),
                ValueLayout.JAVA_BYTE,
                0,
                at(to, bytes),
                ValueLayout.JAVA_BYTE,
                0,
                bytes));
  }

  @Override
  public void zero(long to, long bytes) {
    put(() -> at(to, bytes).fill((byte) 0));
  }

  @Override
  public void write(long to, long value) {
    refuseInCapture("write");
    at(to, Long.BYTES).set(ValueLayout.JAVA_LONG, 0, value);
  }

  @Override
  public void launch(Launch launch) {
    launches += captured == null ? 1 : 0;
    put(
        () -> {
          if (launch.kernel().equals(lostIn.get())) {
            lost = true;
            use();
          }
          run(launch);
        });
  }

  private void run(Launch launch) {
    long[] arguments = new long[launch.argumentCount()];
    for (int i = 0; i < arguments.length; i++) {
      arguments[i] = launch.argument(i);
    }
    Launch.Grid grid = launch.grid();
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

  @Override
  public void multiply(Product product, long a, long b, long out) {
    put(() -> multiplyNow(product, a, b, out));
  }

  private static void multiplyNow(Product p, long a, long b, long out) {
    int m = p.m();
    int n = p.n();
    int k = p.k();
    for (int i = 0; i < p.count(); i++) {
      double[] left = numbers(a, (long) i * m * k, m * k, p.bfloat16());
      double[] right = numbers(b, (long) i * k * n, k * n, p.bfloat16());
      double[] sum =
          p.accumulate()
              ? numbers(out, (long) i * m * n, m * n, p.bfloat16Out())
              : new double[m * n];
      double[] rightRows = p.transposeB() ? transposed(right, n, k) : right;
      for (int row = 0; row < m; row++) {
        for (int at = 0; at < k; at++) {
          double factor = left[p.transposeA() ? at * m + row : row * k + at];
          for (int column = 0; column < n; column++) {
            sum[row * n + column] += factor * rightRows[at * n + column];
          }
        }
      }
      store(sum, out, (long) i * m * n, p.bfloat16Out());
    }
  }

  private static double[] transposed(double[] x, int rows, int columns) {
    double[] turned = new double[x.length];
    for (int row = 0; row < rows; row++) {
      for (int column = 0; column < columns; column++) {
        turned[column * rows + row] = x[row * columns + column];
      }
    }
    return turned;
  }

  private static double[] numbers(long address, long first, int count, boolean bfloat16) {
    double[] numbers = new double[count];
    if (bfloat16) {
      MemorySegment from = at(address + 2 * first, 2L * count);
      for (int i = 0; i < count; i++) {
        numbers[i] = Bfloat16.widen(from.getAtIndex(ValueLayout.JAVA_SHORT_UNALIGNED, i));
      }
    } else {
      MemorySegment from = at(address + 4 * first, 4L * count);
      for (int i = 0; i < count; i++) {
        numbers[i] = from.getAtIndex(ValueLayout.JAVA_FLOAT_UNALIGNED, i);
      }
    }
    return numbers;
  }

  private static void store(double[] numbers, long address, long first, boolean bfloat16) {
    if (bfloat16) {
      MemorySegment to = at(address + 2 * first, 2L * numbers.length);
      for (int i = 0; i < numbers.length; i++) {
        to.setAtIndex(ValueLayout.JAVA_SHORT_UNALIGNED, i, Bfloat16.round((float) numbers[i]));
      }
    } else {
      MemorySegment to = at(address + 4 * first, 4L * numbers.length);
      for (int i = 0; i < numbers.length; i++) {
        to.setAtIndex(ValueLayout.JAVA_FLOAT_UNALIGNED, i, (float) numbers[i]);
      }
    }
  }

  @Override
  public Event record() {
    refuseInCapture("record");
    return new Event() {
      @Override
      public boolean isPast() {
        return true;
      }

      @Override
      public void await() {
        waits++;
      }
    };
  }

  @Override
  public void synchronize() {
    refuseInCapture("synchronize");
    waits++;
  }

  @Override
  public Graph capture(Runnable work) {
    refuseInCapture("capture");
    captured = new ArrayList<>();
    try {
      work.run();
      if (!capturing) {
        throw new CudaFault(CudaFault.Kind.OTHER, "CUDA_ERROR_STREAM_CAPTURE_INVALIDATED");
      }
      return new Recorded(captured);
    } finally {
      captured = null;
    }
  }

  @Override
  public void replay(Graph graph) {
    refuseInCapture("replay");
    ((Recorded) graph).work().forEach(Runnable::run);
  }

  /** Frees everything, as the end of a context does. */
  @Override
  public void close() {
    allocated.keySet().forEach(ON_GPU::remove);
    allocated.values().forEach(Arena::close);
    onHost.values().forEach(Arena::close);
    allocated.clear();
    onHost.clear();
  }
}
