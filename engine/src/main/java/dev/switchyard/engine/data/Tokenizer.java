package dev.switchyard.engine.data;

import java.util.List;

/** Turns text into token ids and back. Safe for use by several threads at once. */
public interface Tokenizer extends AutoCloseable {
  /**
   * The id of padding, which also starts the decoder, whatever the tokenizer calls it: masks say
   * which places count.
   */
  int PAD = 0;

  /** The usual id of the end of a text. */
  int END = 1;

  /**
   * A text in tokens; places are UTF-16 units in the text.
   *
   * @param ids the tokens; no end token is added
   * @param starts where each begins
   * @param ends where each ends
   */
  record Encoding(int[] ids, int[] starts, int[] ends) {}

  /** Number of ids, special tokens and sentinels included. */
  int vocabSize();

  /** The id of the end of a text. */
  int end();

  /**
   * The id of sentinel {@code <extra_id_n>}, which stands for the n-th span that was cut out.
   *
   * @throws dev.switchyard.engine.configuration.InputException if there are no so many
   */
  int sentinel(int n);

  /** How many sentinels there are. */
  int sentinels();

  /** A text in tokens. Sentinels written as {@code <extra_id_n>} become sentinel tokens. */
  Encoding encode(String text);

  /** The tokens of a text without their places, which may cost less to find. */
  default int[] ids(String text) {
    return encode(text).ids();
  }

  /** The text of tokens; special tokens other than sentinels are left out. */
  String decode(List<Integer> ids);

  /** What people see for one token, such as "the", "␣a" or "‹tide›". */
  String piece(int id);

  /** What reading it back takes: "bytes", or the file's contents. */
  String description();

  @Override
  void close();
}
