package dev.switchyard.engine.observe;

/**
 * How well the models predict the held-out text of one language.
 *
 * @param language its name
 * @param share of the training rows that are of this language
 * @param crossEntropy the Switch model's, nats a target token
 * @param twinCrossEntropy the dense twin's; NaN without a twin
 * @param speedUp the twin's steps over the Switch model's steps to the same quality on this
 *     language; NaN where that is not known yet
 */
public record LanguageQuality(
    String language, double share, double crossEntropy, double twinCrossEntropy, double speedUp) {

  /** The same with a speed-up. */
  public LanguageQuality withSpeedUp(double speedUp) {
    return new LanguageQuality(language, share, crossEntropy, twinCrossEntropy, speedUp);
  }
}
