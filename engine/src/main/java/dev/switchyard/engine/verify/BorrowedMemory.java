package dev.switchyard.engine.verify;

import dev.switchyard.engine.backend.Backend;
import dev.switchyard.engine.tensor.Tensor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;

/** A backend's memory for one case: what was allocated through it is freed when it is closed. */
final class BorrowedMemory implements AutoCloseable {
  private final Backend backend;
  private final List<Tensor> allocated = new ArrayList<>();

  BorrowedMemory(Backend backend) {
    this.backend = backend;
  }

  /** The backend, whose allocations are remembered. */
  Backend backend() {
    return (Backend)
        Proxy.newProxyInstance(
            Backend.class.getClassLoader(),
            new Class<?>[] {Backend.class},
            (proxy, method, arguments) -> {
              try {
                Object result = method.invoke(backend, arguments);
                if (method.getName().equals("allocate")) {
                  allocated.add((Tensor) result);
                }
                return result;
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }

  @Override
  public void close() {
    allocated.forEach(backend::free);
  }
}
