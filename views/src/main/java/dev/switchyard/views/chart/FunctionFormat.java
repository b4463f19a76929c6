package dev.switchyard.views.chart;

import java.text.FieldPosition;
import java.text.NumberFormat;
import java.text.ParsePosition;
import java.util.function.DoubleFunction;

/** Writes an axis' numbers by a function. */
public final class FunctionFormat extends NumberFormat {
  private static final long serialVersionUID = 1L;

  private final transient DoubleFunction<String> write;

  /** A format that only writes. */
  public FunctionFormat(DoubleFunction<String> write) {
    this.write = write;
  }

  @Override
  public StringBuffer format(double number, StringBuffer to, FieldPosition position) {
    return to.append(write.apply(number));
  }

  @Override
  public StringBuffer format(long number, StringBuffer to, FieldPosition position) {
    return to.append(write.apply(number));
  }

  @Override
  public Number parse(String source, ParsePosition position) {
    throw new UnsupportedOperationException("An axis is not read");
  }
}
