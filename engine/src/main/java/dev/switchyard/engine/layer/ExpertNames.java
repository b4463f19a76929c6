package dev.switchyard.engine.layer;

import java.util.AbstractList;
import java.util.Objects;
import java.util.RandomAccess;

/** Names of experts' matrices in a checkpoint, each made when it is asked for. */
public final class ExpertNames extends AbstractList<String> implements RandomAccess {
  private final String prefix;
  private final String suffix;
  private final int experts;

  /**
   * Names {@code prefix.expert_isuffix.weight}.
   *
   * @param suffix empty, or with a point in front
   */
  public ExpertNames(String prefix, String suffix, int experts) {
    this.prefix = prefix;
    this.suffix = suffix;
    this.experts = experts;
  }

  @Override
  public String get(int expert) {
    Objects.checkIndex(expert, experts);
    return prefix + ".expert_" + expert + suffix + ".weight";
  }

  @Override
  public int size() {
    return experts;
  }
}
