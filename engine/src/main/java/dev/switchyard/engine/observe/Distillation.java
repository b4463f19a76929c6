package dev.switchyard.engine.observe;

/**
 * How much of its teacher's knowledge a smaller model has (Switch Transformers, Tables 6 and 7).
 *
 * @param teacherCrossEntropy of the teacher on the same held-out text, nats a label
 * @param teacherParameters numbers in the teacher
 * @param gainShare share of the teacher's gain that the student keeps: (student - base) / (teacher
 *     - base) in negative cross entropies, base being a model like the student that learned from
 *     the text alone; not a number without such a model, or where the teacher is no better than it
 * @param compression 1 - the student's parameters / the teacher's
 */
public record Distillation(
    double teacherCrossEntropy, long teacherParameters, double gainShare, double compression) {

  /**
   * From the cross entropies of the three, and the parameters.
   *
   * @param base not a number where there is none
   */
  public static Distillation of(
      double student, double base, double teacher, long studentParameters, long teacherParameters) {
    double gain = base - teacher;
    return new Distillation(
        teacher,
        teacherParameters,
        gain > 0 ? (base - student) / gain : Double.NaN,
        1 - (double) studentParameters / teacherParameters);
  }
}
