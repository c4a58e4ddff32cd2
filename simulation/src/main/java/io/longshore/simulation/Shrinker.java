package io.longshore.simulation;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Finds out which faults a broken promise needs: leaves out the others, as many as it can. */
final class Shrinker {
  private static final int ATTEMPTS_MAX = 150;

  private final Simulation.Verdict original;
  private int attempts;

  private Shrinker(Simulation.Verdict original) {
    this.original = original;
  }

  /** The same seed with as few faults as will break the same promise. */
  static Simulation.Verdict shrunk(Simulation.Verdict broken) {
    return new Shrinker(broken).shrink();
  }

  private Simulation.Verdict shrink() {
    Simulation.Verdict smallest = original;
    // Large pieces first; what is left is tried again in pieces half as large.
    int piece = Math.max(1, original.faults().size() / 2);
    while (attempts < ATTEMPTS_MAX) {
      Simulation.Verdict smaller = without(smallest, piece);
      if (smaller != null) {
        smallest = smaller;
      } else if (piece == 1) {
        break;
      } else {
        piece /= 2;
      }
    }
    return Simulation.run(original.seed(), original.conditions(), smallest.faults(), true);
  }

  private Simulation.@Nullable Verdict without(Simulation.Verdict verdict, int piece) {
    for (int from = 0; from < verdict.faults().size(); from += piece) {
      if (attempts++ >= ATTEMPTS_MAX) {
        return null;
      }
      List<Fault> kept = new ArrayList<>(verdict.faults());
      kept.subList(from, Math.min(kept.size(), from + piece)).clear();
      Simulation.Verdict tried =
          Simulation.run(original.seed(), original.conditions(), kept, false);
      if (tried.promise().equals(original.promise())) {
        return tried;
      }
    }
    return null;
  }
}
