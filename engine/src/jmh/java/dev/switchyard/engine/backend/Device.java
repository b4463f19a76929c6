package dev.switchyard.engine.backend;

import dev.switchyard.engine.tensor.ElementType;
import dev.switchyard.engine.tensor.Tensor;
import java.util.Random;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** A backend, and tensors of random numbers in its memory. */
@State(Scope.Benchmark)
public class Device {
  @Param("cpu")
  public String name;

  Backend backend;
  private final Random random = new Random(1);

  @Setup
  public void open() {
    backend = Backends.open(name, ElementType.FLOAT32);
  }

  @TearDown
  public void close() {
    backend.close();
  }

  /** Numbers from -1/2 to 1/2. */
  Tensor numbers(int... shape) {
    Tensor tensor = backend.allocate(shape);
    float[] numbers = new float[Math.toIntExact(tensor.size())];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = random.nextFloat() - 0.5f;
    }
    backend.write(tensor, numbers);
    return tensor;
  }

  /** Integers from 0 up to the limit. */
  Tensor integers(int limit, int... shape) {
    Tensor tensor = backend.allocate(ElementType.INT32, shape);
    backend.write(tensor, random.ints(tensor.size(), 0, limit).toArray());
    return tensor;
  }
}
