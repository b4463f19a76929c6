package dev.switchyard.engine.plan;

import dev.switchyard.engine.parallel.Mesh;
import java.util.List;

/**
 * What one mesh takes.
 *
 * @param mesh of all devices
 * @param memory of one device
 * @param communications of a step
 * @param time of a step
 * @param fits whether the memory does
 * @param expertCapacity of a group in the encoder (in a decoder alone: there); 0 without experts
 * @param whyNotTrainable why the engine's own trainer does not take this mesh with the plan's
 *     optimizer, though others can; empty where it does
 */
public record MeshPlan(
    Mesh mesh,
    MemoryUse memory,
    List<Communication> communications,
    StepTime time,
    boolean fits,
    long expertCapacity,
    String whyNotTrainable) {
  /** Which axes divide the work: "data", "data and expert", ... */
  public String strategy() {
    return Strategy.of(mesh).word();
  }

  /** Whether the engine's own trainer takes this mesh with the plan's optimizer. */
  public boolean isTrainable() {
    return whyNotTrainable.isEmpty();
  }
}
