package dev.switchyard.views.explore;

import dev.switchyard.engine.observe.WhatIf;
import java.util.ArrayDeque;
import java.util.Deque;

/** The what-ifs that a person tried, to go back and forth in. */
final class WhatIfHistory {
  /** Older ones are forgotten. */
  private static final int MOST = 200;

  private final Deque<WhatIf> before = new ArrayDeque<>();
  private final Deque<WhatIf> after = new ArrayDeque<>();
  private WhatIf now = WhatIf.NOTHING;
  private String gesture = "";

  WhatIf now() {
    return now;
  }

  /**
   * Goes on to another.
   *
   * @param gesture that it belongs to, such as a slider's name: all of one gesture are undone at
   *     once; empty: none
   */
  void change(WhatIf next, String gesture) {
    if (next.equals(now)) {
      return;
    }
    boolean goesOn = !gesture.isEmpty() && gesture.equals(this.gesture);
    if (!goesOn) {
      before.push(now);
      if (before.size() > MOST) {
        before.removeLast();
      }
    }
    this.gesture = gesture;
    after.clear();
    now = next;
  }

  /** The gesture is over: what follows is undone by itself. */
  void endGesture() {
    gesture = "";
  }

  boolean canUndo() {
    return !before.isEmpty();
  }

  boolean canRedo() {
    return !after.isEmpty();
  }

  void undo() {
    if (canUndo()) {
      after.push(now);
      now = before.pop();
      gesture = "";
    }
  }

  void redo() {
    if (canRedo()) {
      before.push(now);
      now = after.pop();
      gesture = "";
    }
  }

  /** Forgets everything. */
  void clear() {
    before.clear();
    after.clear();
    now = WhatIf.NOTHING;
    gesture = "";
  }
}
