package dev.switchyard.samples;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * The tokenizer of a {@link SampleCorpus}: words between blanks. Ids: {@code <pad>}, {@code </s>},
 * {@code <unk>}, the tags, the words, and sentinels in what is left up to a multiple of 16, {@code
 * <extra_id_0>} the last. It reads ‹ember›, as people see a tag, and capitals too.
 */
final class SampleTokenizer {
  private static final int MULTIPLE = 16;
  private static final int FEWEST_SENTINELS = 8;

  private SampleTokenizer() {}

  /** The contents of its {@code tokenizer.json}. */
  static byte[] json(SampleCorpus corpus) {
    List<String> special = List.of("<pad>", "</s>", "<unk>");
    List<String> tags = corpus.languageNames().stream().map(SampleCorpus::tag).toList();
    List<String> all = new ArrayList<>(special);
    all.addAll(tags);
    all.addAll(corpus.vocabulary());
    int size = Math.ceilDiv(all.size() + FEWEST_SENTINELS, MULTIPLE) * MULTIPLE;
    for (int id = all.size(); id < size; id++) {
      all.add("<extra_id_" + (size - 1 - id) + ">");
    }

    ObjectMapper mapper = new ObjectMapper();
    ObjectNode root = mapper.createObjectNode().put("version", "1.0");
    root.putNull("truncation");
    root.putNull("padding");
    ArrayNode added = root.putArray("added_tokens");
    for (int id = 0; id < all.size(); id++) {
      String word = all.get(id);
      if (word.startsWith("<")) {
        add(added, id, word, !tags.contains(word));
      }
    }
    ArrayNode normalizers =
        root.putObject("normalizer").put("type", "Sequence").putArray("normalizers");
    replace(normalizers, "‹", "<");
    replace(normalizers, "›", ">");
    normalizers.addObject().put("type", "Lowercase");
    root.putObject("pre_tokenizer").put("type", "WhitespaceSplit");
    root.putNull("post_processor");
    root.putNull("decoder");
    ObjectNode model = root.putObject("model").put("type", "WordLevel").put("unk_token", "<unk>");
    ObjectNode vocabulary = model.putObject("vocab");
    for (int id = 0; id < all.size(); id++) {
      vocabulary.put(all.get(id), id);
    }
    try {
      return mapper
          .writerWithDefaultPrettyPrinter()
          .writeValueAsString(root)
          .getBytes(StandardCharsets.UTF_8);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("A tree of texts and numbers is always JSON", e);
    }
  }

  /** Special tokens are found in the text as it is, tags after its normalisation. */
  private static void add(ArrayNode added, int id, String word, boolean special) {
    added
        .addObject()
        .put("id", id)
        .put("content", word)
        .put("single_word", false)
        .put("lstrip", false)
        .put("rstrip", false)
        .put("normalized", !special)
        .put("special", special);
  }

  private static void replace(ArrayNode normalizers, String written, String meant) {
    ObjectNode rule = normalizers.addObject().put("type", "Replace");
    rule.putObject("pattern").put("String", written);
    rule.put("content", meant);
  }
}
