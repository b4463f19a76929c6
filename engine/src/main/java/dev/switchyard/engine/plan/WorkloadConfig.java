package dev.switchyard.engine.plan;

import dev.switchyard.engine.configuration.Setting;

/** What a plan's training step has to do. */
public record WorkloadConfig(
    @Setting(value = "Rows in a batch, over all devices.", min = 1, max = 1e9, common = true)
        int planRows,
    @Setting(
            value = "Tokens of a row that the encoder reads (a decoder alone has none).",
            min = 1,
            max = 10_000_000,
            common = true)
        int planInputLength,
    @Setting(
            value = "Tokens of a row that the decoder reads and writes.",
            min = 1,
            max = 10_000_000,
            common = true)
        int planTargetLength,
    @Setting(
            value = "Pieces into which a device cuts its rows, one after the other.",
            min = 1,
            max = 1_000_000)
        int planMicroBatches,
    @Setting(
            value = "Bytes of an activation, in memory and on the wire (2: bfloat16).",
            min = 1,
            max = 8,
            common = true)
        int activationBytes,
    @Setting(value = "Bytes of a weight as it is kept.", min = 1, max = 8) int weightBytes,
    @Setting(value = "Bytes of a gradient, in memory and on the wire.", min = 1, max = 8)
        int gradientBytes,
    @Setting(
            value = "adamw keeps two numbers a weight, adafactor its rows and columns.",
            options = {"adamw", "adafactor"},
            common = true)
        String planOptimizer,
    @Setting(
            "Divide the optimizer's state over the devices that have the same weights (ZeRO-1): a"
                + " plan divides evenly; training here gives out whole gradient buckets, so its"
                + " fullest device has more.")
        boolean planZero1,
    @Setting(
            "Keep each block's input alone and compute the rest of its activations again in the"
                + " backward pass.")
        boolean recompute,
    @Setting(
            value = "Share of the gradients' all-reduce that hides behind the backward pass.",
            min = 0,
            max = 1)
        double gradientOverlap,
    @Setting(
            value = "Share of the all-to-alls that hides behind the experts' computation.",
            min = 0,
            max = 1)
        double exchangeOverlap) {

  /** The paper's pre-training batch of 2^20 tokens, 512 read and 114 written a row. */
  public static WorkloadConfig defaults() {
    return new WorkloadConfig(2048, 512, 114, 1, 2, 4, 4, "adafactor", false, true, 0.9, 0);
  }
}
