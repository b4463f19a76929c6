package dev.switchyard.engine.train;

import dev.switchyard.engine.configuration.Setting;

/** How a model is trained. */
public record TrainingConfig(
    @Setting(value = "Steps of the whole run.", min = 1, max = 1e12, common = true) long steps,
    @Setting(value = "Rows in a batch.", min = 1, max = 1_000_000, common = true) int batchSize,
    @Setting(
            value =
                "Parts of a batch whose gradients are summed before the update: less memory, the"
                    + " same step as the whole batch in so many routing groups.",
            min = 1,
            max = 65536)
        int microBatches,
    @Setting(
            value = "Fixes data order, initial weights, dropout and jitter.",
            min = -9e18,
            max = 9e18,
            common = true)
        long seed,
    @Setting(value = "Learning rate at its peak.", min = 0, max = 100, common = true)
        double learningRate,
    @Setting(
            value =
                "inverse_square_root: learning_rate x sqrt(warmup / max(step, warmup)). constant,"
                    + " linear: after the warm-up flat, or falling to 0 at the last step.",
            options = {"inverse_square_root", "constant", "linear"})
        String schedule,
    @Setting(value = "Steps in which the learning rate rises from 0.", min = 0, max = 1e9)
        long warmupSteps,
    @Setting(
            value = "adamw, or adafactor (second moments factored into rows and columns).",
            options = {"adamw", "adafactor"})
        String optimizer,
    @Setting(value = "Decay of AdamW's first moment.", min = 0, max = 0.9999) double adamBeta1,
    @Setting(value = "Decay of AdamW's second moment.", min = 0, max = 0.999999) double adamBeta2,
    @Setting(value = "Added to the root of AdamW's second moment.", min = 0, max = 1)
        double adamEpsilon,
    @Setting(value = "AdamW's decoupled weight decay.", min = 0, max = 10) double weightDecay,
    @Setting(
            value =
                "Adafactor scales and clips updates by root mean squares: of each expert (T5X), or"
                    + " of all experts of a layer together (Mesh-TensorFlow).",
            options = {Adafactor.EACH, "together"})
        String adafactorExperts,
    @Setting(
            value = "Adafactor's second moment decays by 1 - step^-adafactor_decay_exponent.",
            min = 0.01,
            max = 10)
        double adafactorDecayExponent,
    @Setting(value = "Added to Adafactor's squared gradients.", min = 1e-38, max = 1)
        double adafactorEpsilon,
    @Setting(
            value =
                "Largest root mean square of Adafactor's update, relative to the rate; 0: none.",
            min = 0,
            max = 1e9)
        double adafactorClipThreshold,
    @Setting(
            value = "Gradients are scaled down to this norm when they exceed it; 0 leaves them.",
            min = 0,
            max = 1e9)
        double maxGradNorm,
    @Setting(value = "Steps between checkpoints.", min = 1, max = 1e12) long checkpointEvery,
    @Setting(value = "Newest checkpoints that are kept.", min = 1, max = 1_000_000)
        int keepCheckpoints,
    @Setting(value = "Steps between evaluations on held-out text; 0: never.", min = 0, max = 1e12)
        long evalEvery,
    @Setting(value = "Batches of an evaluation.", min = 1, max = 1_000_000) int evalBatches,
    @Setting(
            value = "Train the dense twin (the same FLOPs per token) on the same batches.",
            common = true)
        boolean twin,
    @Setting(
            "Model whose weights the run starts with, and of whose shape it is; none: new weights.")
        String from,
    @Setting(
            value = "Where to compute: auto takes the best that works.",
            options = {"auto", "cuda", "cpu", "nd4j"})
        String backend,
    @Setting(
            value =
                "Numbers of weights at use, activations and products: float32; bfloat16; selective:"
                    + " bfloat16, but the router in float32. Weights are kept in float32.",
            options = {"float32", "bfloat16", "selective"})
        String precision,
    ProbeConfig probing) {

  /** AdamW with the inverse-square-root schedule. */
  public static TrainingConfig defaults() {
    return new TrainingConfig(
        1000,
        16,
        1,
        1,
        2e-3,
        "inverse_square_root",
        100,
        "adamw",
        0.9,
        0.98,
        1e-8,
        0.0,
        Adafactor.EACH,
        0.8,
        1e-30,
        1.0,
        1.0,
        200,
        3,
        100,
        4,
        false,
        "",
        "auto",
        "float32",
        ProbeConfig.defaults());
  }
}
