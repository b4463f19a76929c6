package dev.switchyard.engine.configuration;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** Explains a record component that people may set, and bounds it. */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.RECORD_COMPONENT)
public @interface Setting {
  /** What it does, in a sentence; with the formula where there is one. */
  String value();

  /** Smallest allowed number. */
  double min() default Double.NEGATIVE_INFINITY;

  /** Largest allowed number. */
  double max() default Double.POSITIVE_INFINITY;

  /** Allowed words; empty: any. */
  String[] options() default {};

  /** What stands between the parts of a list that is written as one word. */
  String separator() default ",";

  /** Whether forms show it at once, not only on search. */
  boolean common() default false;
}
