package dev.switchyard.engine.configuration;

import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Reads and writes a record of settings by the names of its components, turned into snake_case.
 * Components are int, long, double, boolean, String or List of String, each with a {@link Setting};
 * or records of such, whose settings count as the record's own.
 */
public final class SettingsRecord {
  private SettingsRecord() {}

  /** The names of a record's settings, in its order. */
  public static List<String> names(Class<? extends Record> type) {
    return Arrays.stream(type.getRecordComponents())
        .flatMap(c -> isPart(c) ? names(partType(c)).stream() : Stream.of(name(c)))
        .toList();
  }

  /** A record's settings with their explanations; defaults are those of the given record. */
  public static List<SettingDescription> describe(String section, Record defaults) {
    List<SettingDescription> all = new ArrayList<>();
    for (RecordComponent component : defaults.getClass().getRecordComponents()) {
      if (isPart(component)) {
        all.addAll(describe(section, (Record) value(defaults, component)));
        continue;
      }
      Setting setting = component.getAnnotation(Setting.class);
      all.add(
          new SettingDescription(
              name(component),
              section,
              typeName(component.getType()),
              text(value(defaults, component)),
              setting.value(),
              setting.min(),
              setting.max(),
              List.of(setting.options()),
              setting.common()));
    }
    return List.copyOf(all);
  }

  /** The values of a record by name, in its order. */
  public static Map<String, Object> values(Record record) {
    Map<String, Object> values = new LinkedHashMap<>();
    for (RecordComponent component : record.getClass().getRecordComponents()) {
      if (isPart(component)) {
        values.putAll(values((Record) value(record, component)));
      } else {
        values.put(name(component), value(record, component));
      }
    }
    return values;
  }

  /**
   * The record with some values replaced. Names that the record does not have are passed over: the
   * caller knows which of several records they belong to.
   *
   * @param values texts, numbers, booleans or lists, by snake_case name
   * @throws InputException where a value is of the wrong type or out of bounds
   */
  public static <R extends Record> R with(R record, Map<String, ?> values) {
    RecordComponent[] components = record.getClass().getRecordComponents();
    Object[] arguments = new Object[components.length];
    Class<?>[] types = new Class<?>[components.length];
    for (int i = 0; i < components.length; i++) {
      RecordComponent component = components[i];
      types[i] = component.getType();
      if (isPart(component)) {
        arguments[i] = with((Record) value(record, component), values);
        continue;
      }
      Object given = values.get(name(component));
      arguments[i] = given == null ? value(record, component) : convert(component, given);
    }
    try {
      @SuppressWarnings("unchecked")
      Constructor<R> constructor = (Constructor<R>) record.getClass().getDeclaredConstructor(types);
      return constructor.newInstance(arguments);
    } catch (InvocationTargetException e) {
      if (e.getCause() instanceof InputException problem) {
        throw problem;
      }
      throw new IllegalStateException(e.getCause());
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Object convert(RecordComponent component, Object given) {
    Setting setting = component.getAnnotation(Setting.class);
    String name = name(component);
    Class<?> type = component.getType();
    if (type == List.class) {
      if (given instanceof Collection<?> many
          && !many.stream().allMatch(String.class::isInstance)) {
        throw new InputException(
            "%s must be a list of words, such as [\"notes\"].".formatted(name));
      }
      return given instanceof Collection<?> many
          ? many.stream().map(String::valueOf).toList()
          : parts(given.toString(), setting.separator());
    }
    if (given instanceof Collection<?> || given instanceof Map<?, ?>) {
      throw new InputException(
          "%s must be one %s, such as %s.".formatted(name, typeName(type), example(type)));
    }
    String text = text(given).strip();
    Object value = parse(name, type, text);
    if (value instanceof Number number) {
      check(name, setting, number.doubleValue(), text);
    } else if (value instanceof String word && setting.options().length > 0) {
      if (!Arrays.asList(setting.options()).contains(word)) {
        throw new InputException(
            "%s is \"%s\", but must be one of %s."
                .formatted(name, word, String.join(", ", setting.options())));
      }
    }
    return value;
  }

  /**
   * Of a list whose parts may have commas, line breaks separate too, and there are no empty parts.
   */
  private static List<String> parts(String text, String separator) {
    return separator.equals(",")
        ? Arrays.stream(text.split(",")).map(String::strip).toList()
        : Arrays.stream(text.split("\\R|" + Pattern.quote(separator)))
            .map(String::strip)
            .filter(part -> !part.isEmpty())
            .toList();
  }

  private static Object parse(String name, Class<?> type, String text) {
    try {
      if (type == int.class) {
        return new BigDecimal(text).intValueExact();
      } else if (type == long.class) {
        return new BigDecimal(text).longValueExact();
      } else if (type == double.class) {
        return Double.parseDouble(text);
      } else if (type == boolean.class) {
        return switch (text.toLowerCase(Locale.ROOT)) {
          case "true", "yes", "on" -> true;
          case "false", "no", "off" -> false;
          default -> throw new NumberFormatException();
        };
      }
      return text;
    } catch (ArithmeticException | NumberFormatException e) {
      throw new InputException(
          "%s is \"%s\", but must be %s%s, such as %s."
              .formatted(
                  name, text, type == boolean.class ? "" : "a ", typeName(type), example(type)),
          e);
    }
  }

  private static void check(String name, Setting setting, double value, String text) {
    if (!(value >= setting.min() && value <= setting.max()) || Double.isInfinite(value)) {
      throw new InputException(
          "%s is %s, but must be %s.".formatted(name, text, bounds(setting.min(), setting.max())));
    }
  }

  private static String bounds(double min, double max) {
    if (max == Double.POSITIVE_INFINITY) {
      return min == Double.NEGATIVE_INFINITY ? "a finite number" : "at least " + text(min);
    }
    return "between " + text(min) + " and " + text(max);
  }

  private static String example(Class<?> type) {
    return type == boolean.class ? "true" : type == double.class ? "0.5" : "8";
  }

  private static String typeName(Class<?> type) {
    if (type == int.class || type == long.class) {
      return "whole number";
    } else if (type == double.class) {
      return "number";
    } else if (type == boolean.class) {
      return "yes or no";
    }
    return type == List.class ? "list" : "word";
  }

  /** A value as people write it: whole doubles without the point, lists with commas. */
  public static String text(Object value) {
    if (value instanceof Double d && d == Math.rint(d) && Math.abs(d) < 1e15) {
      return Long.toString(d.longValue());
    } else if (value instanceof Double d && Math.abs(d) >= 1e-6 && Math.abs(d) < 1e-3) {
      return BigDecimal.valueOf(d).stripTrailingZeros().toPlainString();
    } else if (value instanceof Collection<?> many) {
      return String.join(",", many.stream().map(String::valueOf).toList());
    }
    return String.valueOf(value);
  }

  private static boolean isPart(RecordComponent component) {
    return component.getType().isRecord();
  }

  private static Class<? extends Record> partType(RecordComponent component) {
    return component.getType().asSubclass(Record.class);
  }

  private static Object value(Record record, RecordComponent component) {
    try {
      return component.getAccessor().invoke(record);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String name(RecordComponent component) {
    return component.getName().replaceAll("([A-Z])", "_$1").toLowerCase(Locale.ROOT);
  }
}
