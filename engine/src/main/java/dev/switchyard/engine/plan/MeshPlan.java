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
 */
public record MeshPlan(
    Mesh mesh,
    MemoryUse memory,
    List<Communication> communications,
    StepTime time,
    boolean fits,
    int expertCapacity) {
  /** Which axes divide the work: "data", "data and expert", ... */
  public String strategy() {
    return Strategy.of(mesh).word();
  }
}
