package dev.switchyard.engine.backend;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Optional;

/**
 * Environment variables of this process that native libraries read when they are loaded. Java can't
 * change its own environment, but C can, and the libraries ask C.
 */
public final class NativeEnvironment {
  private NativeEnvironment() {}

  /**
   * Sets a variable, unless the user has set it. Does nothing where C has no {@code setenv}
   * (Windows).
   */
  public static void setIfAbsent(String name, String value) {
    Linker linker = Linker.nativeLinker();
    Optional<MemorySegment> function = linker.defaultLookup().find("setenv");
    if (function.isEmpty() || System.getenv(name) != null) {
      return;
    }
    MethodHandle setenv =
        linker.downcallHandle(
            function.get(),
            FunctionDescriptor.of(
                ValueLayout.JAVA_INT,
                ValueLayout.ADDRESS,
                ValueLayout.ADDRESS,
                ValueLayout.JAVA_INT));
    try (Arena arena = Arena.ofConfined()) {
      int _ = (int) setenv.invokeExact(arena.allocateFrom(name), arena.allocateFrom(value), 0);
    } catch (Throwable e) {
      throw new IllegalStateException("Could not set " + name + " for native libraries.", e);
    }
  }
}
