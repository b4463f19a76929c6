package dev.switchyard.engine.observe;

import java.util.List;

/**
 * What the experts of a model take of a corpus, by what its routers ask for.
 *
 * @param source of the texts, for people
 * @param texts that were read
 * @param tokens that they have, as the encoder reads them; as the decoder does where it is alone
 * @param labels that occur; empty where the corpus has none
 * @param layers the Switch layers, in the order in which tokens pass them
 * @param milliseconds that it took
 */
public record ExpertPreferences(
    String source,
    int texts,
    long tokens,
    List<String> labels,
    List<Layer> layers,
    double milliseconds) {

  /**
   * One Switch layer. Informations are in nats and never below 0; small counts make them too large,
   * about (experts - 1)(kinds - 1) / (2 choices), which is taken off.
   *
   * @param name such as "encoder.block.1"
   * @param choices that were counted: what tokens asked for
   * @param dropped share of the tokens that found no room
   * @param labelInformation mutual information I(expert; label); NaN without labels
   * @param labelEntropy H(label), which bounds it; NaN without labels
   * @param tokenInformation mutual information I(expert; token)
   * @param experts by number
   */
  public record Layer(
      String name,
      long choices,
      double dropped,
      double labelInformation,
      double labelEntropy,
      double tokenInformation,
      List<Expert> experts) {}

  /**
   * One expert.
   *
   * @param asked choices of it
   * @param share of the layer's choices
   * @param tokens that it prefers, the highest pointwise mutual information first
   * @param labels the same of labels
   */
  public record Expert(
      long asked, double share, List<Preference> tokens, List<Preference> labels) {}

  /**
   * Something that an expert takes.
   *
   * @param name the token's text, or the label
   * @param count how often the expert was asked for it
   * @param share of what the expert was asked for
   * @param information pointwise mutual information, ln p(name, expert) / (p(name) p(expert)), in
   *     nats: above 0 where the expert takes more of it than its share
   */
  public record Preference(String name, long count, double share, double information) {}
}
