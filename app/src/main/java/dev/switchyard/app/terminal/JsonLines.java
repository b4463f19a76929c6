package dev.switchyard.app.terminal;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonSerializer;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import dev.switchyard.engine.observe.StepReport;
import dev.switchyard.engine.store.RunHistory;
import java.io.IOException;
import java.io.PrintStream;
import java.util.Map;

/** A run for machines: one JSON object a line for each step, as in the run's metrics.jsonl. */
public final class JsonLines implements Progress {
  private static final ObjectMapper MAPPER =
      JsonMapper.builder()
          .addModule(new SimpleModule().addSerializer(Double.class, new NumberOrNull()))
          .build();

  /** JSON has no word for what is no number: null says it. */
  private static final class NumberOrNull extends JsonSerializer<Double> {
    @Override
    public void serialize(Double value, JsonGenerator json, SerializerProvider serializers)
        throws IOException {
      if (Double.isFinite(value)) {
        json.writeNumber(value);
      } else {
        json.writeNull();
      }
    }
  }

  private final PrintStream out;

  /** Lines on this stream. */
  public JsonLines(PrintStream out) {
    this.out = out;
  }

  @Override
  public void onStep(StepReport report) {
    out.println(RunHistory.line(report));
  }

  /** One object under one name. */
  public static void write(PrintStream out, String name, Object value) {
    write(out, Map.of(name, value));
  }

  /** One object. */
  public static void write(PrintStream out, Object value) {
    try {
      out.println(MAPPER.writeValueAsString(value));
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(e);
    }
  }
}
