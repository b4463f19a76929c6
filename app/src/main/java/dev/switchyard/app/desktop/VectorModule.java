package dev.switchyard.app.desktop;

import java.lang.reflect.InvocationTargetException;

/**
 * The Java module with which the engine computes. Where the JVM was started without it, since its
 * class-data archive goes with no module in incubation, it is loaded here, before anything of the
 * engine is used, as the JVM itself loads modules that are asked for late.
 */
public final class VectorModule {
  private static final String NAME = "jdk.incubator.vector";
  private static final String LOADER = "jdk.internal.module.Modules";

  private VectorModule() {}

  /**
   * Loads the module, if it is not there.
   *
   * @throws IllegalStateException if this Java has it not, or lets nobody load it
   */
  public static void load() {
    if (ModuleLayer.boot().findModule(NAME).isPresent()) {
      return;
    }
    try {
      Class.forName(LOADER).getMethod("loadModule", String.class).invoke(null, NAME);
    } catch (InvocationTargetException e) {
      throw new IllegalStateException("The module %s can't be loaded".formatted(NAME), e);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(
          "Java must be started with --add-modules %s".formatted(NAME), e);
    }
  }
}
