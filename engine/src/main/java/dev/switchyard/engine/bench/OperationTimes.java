package dev.switchyard.engine.bench;

import dev.switchyard.engine.backend.Backend;
import dev.switchyard.engine.tensor.Tensor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * A backend that passes every call on to another one and sums up how long each operation took,
 * products apart by their shapes. It waits for each operation, so on a device that works behind the
 * caller's back the whole takes longer.
 */
public final class OperationTimes {
  /**
   * One operation's share of a step.
   *
   * @param name the operation; for products with the shape of their operands
   * @param calls how often it runs in a step
   * @param millis of a step, all calls together
   */
  public record Operation(String name, double calls, double millis) {}

  private static final class Sum {
    long calls;
    long nanos;
  }

  private final Backend backend;
  private final Map<String, Sum> sums = new LinkedHashMap<>();

  /** Over a backend that stays its opener's. */
  public OperationTimes(Backend backend) {
    this.backend = backend;
  }

  /** The backend to be used instead. */
  public Backend timed() {
    return timed(backend);
  }

  private Backend timed(Backend other) {
    return (Backend)
        Proxy.newProxyInstance(
            Backend.class.getClassLoader(),
            new Class<?>[] {Backend.class},
            (proxy, method, arguments) -> timed(other, method, arguments));
  }

  /** Forgets what was measured. */
  public void reset() {
    sums.clear();
  }

  /**
   * What was measured since, the longest first.
   *
   * @param steps among which it is shared out
   */
  public List<Operation> perStep(int steps) {
    List<Operation> operations = new ArrayList<>();
    sums.forEach(
        (name, sum) ->
            operations.add(
                new Operation(name, (double) sum.calls / steps, sum.nanos / 1e6 / steps)));
    operations.sort(Comparator.comparingDouble(Operation::millis).reversed());
    return List.copyOf(operations);
  }

  private Object timed(Backend other, Method method, Object[] arguments) throws Throwable {
    long begin = System.nanoTime();
    try {
      Object result = method.invoke(other, arguments);
      if (method.getReturnType() == void.class) {
        other.synchronize();
      }
      // The same device for bfloat16 is a backend of its own.
      return result instanceof Backend made ? timed(made) : result;
    } catch (InvocationTargetException e) {
      throw e.getCause();
    } finally {
      Sum sum = sums.computeIfAbsent(name(method, arguments), n -> new Sum());
      sum.calls++;
      sum.nanos += System.nanoTime() - begin;
    }
  }

  /** Products are told apart by what they multiply: [2048, 256] x [1024, 256]T. */
  private static String name(Method method, Object[] arguments) {
    if (!method.getName().toLowerCase(Locale.ROOT).contains("matmul")) {
      return method.getName();
    }
    StringBuilder name = new StringBuilder(method.getName());
    for (Object argument : arguments) {
      if (argument instanceof Tensor tensor) {
        name.append(' ').append(tensor);
      } else if (Boolean.TRUE.equals(argument)) {
        name.append('+');
      }
    }
    return name.toString().replace("FLOAT32", "").replace("BFLOAT16", "bf16 ");
  }
}
