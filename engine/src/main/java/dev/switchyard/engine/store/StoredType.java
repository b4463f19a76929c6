package dev.switchyard.engine.store;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/** The element types of safetensors files. */
public enum StoredType {
  F64(8),
  F32(4),
  F16(2),
  BF16(2),
  F8_E4M3(1),
  F8_E5M2(1),
  I64(8),
  I32(4),
  I16(2),
  I8(1),
  U64(8),
  U32(4),
  U16(2),
  U8(1),
  BOOL(1);

  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfDouble DOUBLE =
      ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final int bytes;

  StoredType(int bytes) {
    this.bytes = bytes;
  }

  /** Bytes of one element. */
  public int bytes() {
    return bytes;
  }

  /** Whether weights may be kept in it: real numbers of 16 bits or more. */
  public boolean holdsWeights() {
    return this == F64 || this == F32 || this == F16 || this == BF16;
  }

  /**
   * Turns weights into floats.
   *
   * @param from elements of this type, little-endian
   * @param to written from {@code place} on
   */
  public void floats(MemorySegment from, float[] to, int place) {
    int count = Math.toIntExact(from.byteSize() / bytes);
    for (int i = 0; i < count; i++) {
      to[place + i] =
          switch (this) {
            case F32 -> from.get(FLOAT, i * 4L);
            case F64 -> (float) from.get(DOUBLE, i * 8L);
            case F16 -> Float.float16ToFloat(from.get(SHORT, i * 2L));
            case BF16 -> Float.intBitsToFloat(from.get(SHORT, i * 2L) << 16);
            default -> throw new IllegalArgumentException(name() + " holds no weights");
          };
    }
  }

  /**
   * Turns floats into this type, rounded to the nearest, ties to even.
   *
   * @param to as many elements of this type, little-endian
   */
  public void write(float[] from, MemorySegment to) {
    for (int i = 0; i < from.length; i++) {
      switch (this) {
        case F32 -> to.set(FLOAT, i * 4L, from[i]);
        case F64 -> to.set(DOUBLE, i * 8L, from[i]);
        case F16 -> to.set(SHORT, i * 2L, Float.floatToFloat16(from[i]));
        case BF16 -> to.set(SHORT, i * 2L, brain(from[i]));
        default -> throw new IllegalArgumentException(name() + " holds no weights");
      }
    }
  }

  private static short brain(float number) {
    int bits = Float.floatToRawIntBits(number);
    if (Float.isNaN(number)) {
      return (short) (bits >>> 16 | 0x40);
    }
    return (short) (bits + 0x7FFF + (bits >>> 16 & 1) >>> 16);
  }

  /** The type of a name, or null. */
  static StoredType named(String name) {
    for (StoredType type : values()) {
      if (type.name().equals(name)) {
        return type;
      }
    }
    return null;
  }
}
