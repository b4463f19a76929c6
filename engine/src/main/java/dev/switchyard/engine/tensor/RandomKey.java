package dev.switchyard.engine.tensor;

/**
 * Names a stream of random numbers. The numbers are a pure function of the key and of an element's
 * index, so a resumed or re-sharded run draws the same ones in whatever order it asks.
 *
 * @param seed the run's seed
 * @param step the training step
 * @param site which use in the model (a layer's dropout, a router's jitter), unique within a step
 * @param origin global index of the first element, where a device holds a part of a larger tensor
 */
public record RandomKey(long seed, long step, int site, long origin) {

  /** A key whose elements count from 0. */
  public RandomKey(long seed, long step, int site) {
    this(seed, step, site, 0);
  }

  /** The 64 bits that stand for seed, step and site; {@link #uniform} continues from them. */
  public long stream() {
    return mix(ofStep() ^ site);
  }

  /** The 64 bits that stand for seed and step; {@link #stream} mixes the site in. */
  public long ofStep() {
    return mix(mix(seed) ^ step);
  }

  /** A uniform number in [0, 1) with 24 random bits: element {@code index} of the stream. */
  public static float uniform(long stream, long index) {
    return (mix(stream + (index + 1) * 0x9E3779B97F4A7C15L) >>> 40) * 0x1.0p-24f;
  }

  /** Element {@code index} (relative to the origin) of this key, uniform in [0, 1). */
  public float uniform(long index) {
    return uniform(stream(), origin + index);
  }

  /** 64 random bits for element {@code index} of a stream. */
  public static long bits(long stream, long index) {
    return mix(stream + (index + 1) * 0x9E3779B97F4A7C15L);
  }

  // A bijective finaliser: xor-shifts and odd multiplications spread every input bit over all
  // output bits (the one known as "splitmix64").
  private static long mix(long z) {
    z += 0x9E3779B97F4A7C15L;
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }
}
