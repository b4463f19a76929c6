package dev.switchyard.engine.backend.cuda;

import java.lang.foreign.MemorySegment;
import org.bytedeco.javacpp.Pointer;

/** An address as JavaCPP wants it; it owns nothing. */
final class Address extends Pointer {
  Address(long at) {
    super((Pointer) null);
    this.address = at;
  }

  Address(MemorySegment memory) {
    this(memory.address());
  }
}
