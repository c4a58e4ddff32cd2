package io.longshore.messages.query;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntPredicate;

/**
 * A regular expression that is matched in time proportional to its size and the text's, whatever
 * both are: Java's own can take exponential time, and who writes an expression need not mean well.
 * It knows what can be matched that way: characters, {@code .}, classes, groups, {@code |}, {@code
 * ? * +} and {@code {m,n}}, and the anchors, which change nothing because a whole text is matched.
 *
 * <p>All states a match can be in are followed at once (Thompson).
 */
final class LinearPattern {
  private static final int MOST_STATES = 2000;

  private final String text;
  private final List<State> states;

  /** A state: passes a character and goes on, or goes on to one or two others at once. */
  sealed interface State {
    record Passes(IntPredicate character) implements State {}

    record Forks(int one, int other) implements State {}

    record Ends() implements State {}
  }

  private LinearPattern(String text, List<State> states) {
    this.text = text;
    this.states = states;
  }

  /**
   * @param offset where the pattern stands in the expression, for errors
   */
  static LinearPattern compile(String text, int offset) throws InvalidQueryException {
    PatternNode node = new PatternParser(text, offset).parse();
    Program program = new Program();
    program.emit(node);
    if (program.isTooLarge()) {
      throw new InvalidQueryException(offset + 1, "the pattern is too large");
    }
    program.add(new State.Ends());
    return new LinearPattern(text, List.copyOf(program.states));
  }

  /** States in the making. A place that is not known yet is kept by a state that is set later. */
  private static final class Program {
    private final List<State> states = new ArrayList<>();
    private int steps;

    /** Counted in steps: what is repeated may be empty, and make no states however often. */
    boolean isTooLarge() {
      return steps > MOST_STATES;
    }

    int add(State state) {
      states.add(state);
      return states.size() - 1;
    }

    /** Appends what matches the node and goes on behind it. */
    void emit(PatternNode node) {
      steps++;
      if (isTooLarge()) {
        return;
      }
      switch (node) {
        case PatternNode.One(IntPredicate character) -> add(new State.Passes(character));
        case PatternNode.Sequence(List<PatternNode> parts) -> parts.forEach(this::emit);
        case PatternNode.Choice(List<PatternNode> parts) -> emitChoice(parts);
        case PatternNode.Repeat repeat -> emitRepeat(repeat);
      }
    }

    private void emitChoice(List<PatternNode> parts) {
      List<Integer> exits = new ArrayList<>();
      for (PatternNode part : parts.subList(0, parts.size() - 1)) {
        int fork = add(new State.Ends());
        emit(part);
        exits.add(add(new State.Ends()));
        states.set(fork, new State.Forks(fork + 1, states.size()));
      }
      emit(parts.getLast());
      exits.forEach(exit -> states.set(exit, new State.Forks(states.size(), states.size())));
    }

    private void emitRepeat(PatternNode.Repeat repeat) {
      for (int i = 0; i < repeat.least() && !isTooLarge(); i++) {
        emit(repeat.part());
      }
      if (repeat.most() == PatternNode.Repeat.UNBOUNDED) {
        int fork = add(new State.Ends());
        emit(repeat.part());
        add(new State.Forks(fork, fork));
        states.set(fork, new State.Forks(fork + 1, states.size()));
        return;
      }
      List<Integer> forks = new ArrayList<>();
      for (int i = repeat.least(); i < repeat.most() && !isTooLarge(); i++) {
        forks.add(add(new State.Ends()));
        emit(repeat.part());
      }
      forks.forEach(fork -> states.set(fork, new State.Forks(fork + 1, states.size())));
    }
  }

  /** Whether the whole text is of this pattern. */
  boolean matches(String candidate) {
    Front front = new Front(states);
    front.reach(0);
    int[] characters = candidate.codePoints().toArray();
    for (int character : characters) {
      Front next = new Front(states);
      for (int state : front.passing) {
        if (((State.Passes) states.get(state)).character().test(character)) {
          next.reach(state + 1);
        }
      }
      front = next;
    }
    return front.ended;
  }

  /** The states a match may be in after some characters. */
  private static final class Front {
    private final List<State> states;
    private final boolean[] seen;
    private final List<Integer> passing = new ArrayList<>();
    private boolean ended;

    Front(List<State> states) {
      this.states = states;
      this.seen = new boolean[states.size()];
    }

    /** Not by recursion: a pattern may fork as often as it has states. */
    void reach(int first) {
      List<Integer> open = new ArrayList<>(List.of(first));
      while (!open.isEmpty()) {
        int state = open.removeLast();
        if (seen[state]) {
          continue;
        }
        seen[state] = true;
        switch (states.get(state)) {
          case State.Passes passes -> passing.add(state);
          case State.Forks(int one, int other) -> {
            open.add(one);
            open.add(other);
          }
          case State.Ends ends -> ended = true;
        }
      }
    }
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof LinearPattern pattern && pattern.text.equals(text);
  }

  @Override
  public int hashCode() {
    return text.hashCode();
  }

  @Override
  public String toString() {
    return text;
  }
}
