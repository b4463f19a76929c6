package dev.switchyard.app.terminal;

import dev.switchyard.engine.backend.Backend;
import dev.switchyard.engine.bench.BenchResult;
import dev.switchyard.engine.verify.Finding;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What a backend's self-test found, for people and for machines. */
public final class VerifyText {
  private VerifyText() {}

  /** What is held against what. */
  public static String heading(Backend tested, Backend reference, long seed) {
    return "%s against %s, seed %d".formatted(tested.description(), reference.name(), seed);
  }

  /** A finding. */
  public static String line(Finding finding) {
    String verdict = finding.passed() ? "ok" : "FAILED";
    return finding.problem().isEmpty()
        ? Figures.format(
            "%-6s %-9s %8.1e of %.0e  %s",
            verdict, finding.precision(), finding.deviation(), finding.bound(), finding.operation())
        : "%-6s %-9s %s: %s"
            .formatted(verdict, finding.precision(), finding.operation(), finding.problem());
  }

  /** All of them in one line. */
  public static String verdict(List<Finding> findings) {
    long failed = findings.stream().filter(finding -> !finding.passed()).count();
    return failed == 0
        ? "All %d agree. Largest deviation: %s.".formatted(findings.size(), largest(findings))
        : "%d of %d do not agree.".formatted(failed, findings.size());
  }

  private static String largest(List<Finding> findings) {
    StringBuilder text = new StringBuilder();
    largestByPrecision(findings)
        .forEach(
            (precision, deviation) ->
                text.append(text.isEmpty() ? "" : ", ")
                    .append(Figures.format("%.1e in %s", deviation, precision)));
    return text.toString();
  }

  private static Map<String, Double> largestByPrecision(List<Finding> findings) {
    Map<String, Double> largest = new LinkedHashMap<>();
    findings.forEach(each -> largest.merge(each.precision(), each.deviation(), Math::max));
    return largest;
  }

  /** The same for machines, by snake_case name. */
  public static Map<String, Object> figures(
      Backend tested,
      Backend reference,
      long seed,
      List<Finding> findings,
      List<BenchResult> times) {
    Map<String, Object> figures = new LinkedHashMap<>();
    figures.put("backend", tested.name());
    figures.put("device", tested.description());
    figures.put("reference", reference.name());
    figures.put("seed", seed);
    figures.put("passed", findings.stream().allMatch(Finding::passed));
    figures.put("largest_deviation", largestByPrecision(findings));
    figures.put("findings", findings.stream().map(VerifyText::figures).toList());
    figures.put(
        "training", times.stream().map(result -> BenchText.figures(result, List.of())).toList());
    return figures;
  }

  private static Map<String, Object> figures(Finding finding) {
    Map<String, Object> figures = new LinkedHashMap<>();
    figures.put("operation", finding.operation());
    figures.put("precision", finding.precision());
    figures.put("cases", finding.cases());
    figures.put("deviation", finding.deviation());
    figures.put("bound", finding.bound());
    figures.put("passed", finding.passed());
    figures.put("problem", finding.problem().isEmpty() ? null : finding.problem());
    return figures;
  }
}
