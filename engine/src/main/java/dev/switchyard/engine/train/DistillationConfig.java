package dev.switchyard.engine.train;

import dev.switchyard.engine.configuration.Setting;

/** What a run learns from a teacher (Switch Transformers, section 4.1 and Tables 6 to 8). */
public record DistillationConfig(
    @Setting(
            "Model that the run's model learns from besides the text: a trained one of the same"
                + " tokenizer; none: from the text alone.")
        String teacher,
    @Setting(
            value =
                "Share of the teacher's probabilities in the target; the rest is the text (the"
                    + " paper: 0.25).",
            min = 0,
            max = 0.99)
        double teacherShare,
    @Setting(
            value =
                "By which the logits of teacher and student are divided where they are compared;"
                    + " above 1 the improbable tokens count more.",
            min = 0.01,
            max = 100)
        double teacherTemperature,
    @Setting(
            "Weights that the teacher has by the same name, those outside of its experts, are the"
                + " student's start.")
        boolean startFromTeacher) {

  /** No teacher. */
  public static DistillationConfig defaults() {
    return new DistillationConfig("", 0.25, 1, false);
  }

  /** Whether there is a teacher. */
  public boolean hasTeacher() {
    return !teacher.isBlank();
  }
}
