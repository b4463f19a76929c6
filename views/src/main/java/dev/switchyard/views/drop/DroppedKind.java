package dev.switchyard.views.drop;

/** What a file or folder is, as far as the program can open it. */
public enum DroppedKind {
  /** The folder of a run. */
  RUN,
  /** A run's history without a run around it. */
  RECORDING,
  /** A folder of weights: a checkpoint, or a model of Hugging Face's. */
  MODEL,
  /** The configuration of a model, without its weights. */
  CONFIG,
  /** A file of text, or of pairs of texts. */
  TEXT,
  /** A folder of such files. */
  CORPUS,
  /** Nothing that can be opened. */
  UNKNOWN
}
