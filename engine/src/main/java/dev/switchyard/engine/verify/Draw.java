package dev.switchyard.engine.verify;

import dev.switchyard.engine.backend.Backend;
import dev.switchyard.engine.tensor.ElementType;
import dev.switchyard.engine.tensor.RandomKey;
import dev.switchyard.engine.tensor.Tensor;
import java.util.Random;

/** Random lengths, numbers and tensors, the same for the same seed. */
public final class Draw {
  private final Random random;

  /** Draws that depend on the seed alone. */
  public Draw(long seed) {
    random = new Random(seed);
  }

  /** Either. */
  public boolean coin() {
    return random.nextBoolean();
  }

  /** From 0 to below the limit. */
  public int below(int limit) {
    return random.nextInt(limit);
  }

  /** From 1 to the limit, and now and then a multiple of a vector's length or a single one. */
  public int length(int limit) {
    int length = 1 + random.nextInt(limit);
    return switch (random.nextInt(4)) {
      case 0 -> Math.max(1, length & -16);
      case 1 -> random.nextInt(3) == 0 ? 1 : length;
      default -> length;
    };
  }

  /** Of some seed, step, site and origin. */
  public RandomKey key() {
    return new RandomKey(random.nextLong(), below(1000), below(50), below(10_000));
  }

  /** Normally distributed numbers. */
  public float[] reals(int n) {
    float[] values = new float[n];
    for (int i = 0; i < n; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }

  /** The same in a new tensor of the backend's own type. */
  public Tensor reals(Backend on, int... shape) {
    Tensor tensor = on.allocate(shape);
    on.write(tensor, reals(Math.toIntExact(tensor.size())));
    return tensor;
  }

  /** Numbers from the first to below the limit. */
  public int[] indices(int n, int first, int limit) {
    return random.ints(n, first, limit).toArray();
  }

  /** A new tensor with these integers. */
  public Tensor integers(Backend on, int[] values) {
    Tensor tensor = on.allocate(ElementType.INT32, values.length);
    on.write(tensor, values);
    return tensor;
  }
}
