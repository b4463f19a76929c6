package dev.switchyard.engine.backend.cuda;

/** The bytes of shared memory that a block of attention's kernels is started with. */
enum AttentionMemory {
  PLAIN {
    @Override
    int bytes(String kernel, int head) {
      int tile = 128 * (head + 1); // 32 rows of float32, and a column against bank conflicts
      int scores = 4224; // 32 x 33 float32
      return switch (kernel) {
        case "attention" -> 2 * tile + scores;
        case "attention_keys" -> 3 * tile + 2 * scores;
        case "attention_queries" -> 3 * tile + scores;
        case "attention_bias" -> 2 * tile;
        default -> throw new IllegalArgumentException(kernel);
      };
    }
  },

  MATRIX_UNITS {
    @Override
    int bytes(String kernel, int head) {
      int row = 2 * (head + 8); // of bfloat16, and 8 more against bank conflicts
      // Behind the rows a part of the bias: as float32, 8 or 4 more in a row against bank
      // conflicts.
      return switch (kernel) {
        case "attention" -> 192 * row + 64 * 72 * 4;
        case "attention_keys" -> 256 * row + 512 + 2 * 32 * 68 * 4;
        case "attention_queries" -> 256 * row + 2 * 64 * 40 * 4;
        case "attention_bias" -> 256 * row + 64 * 72 * 4;
        default -> throw new IllegalArgumentException(kernel);
      };
    }
  };

  /**
   * Of a kernel.
   *
   * @param head elements of a head that the kernel is made for
   */
  abstract int bytes(String kernel, int head);
}
