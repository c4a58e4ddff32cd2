package io.longshore.balancer.core;

import io.longshore.messages.Report;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * When reports are told, and which of them. One thread calls it.
 *
 * <p>At once when there is something for the first time; then what differs from what was told, soon
 * after something changed; and all of them at each beat.
 */
public final class ReportAgenda {
  /** A deployment changes many targets one after the other: so long is gathered what is told. */
  static final Duration GATHER = Duration.ofMillis(50);

  private Map<String, Report.OfBalancer> told = Map.of();
  private Instant difference = Instant.MAX;
  private Instant beat = Instant.MAX;

  /** What would be told may be another thing now. */
  public void changed(Instant now) {
    if (beat.equals(Instant.MAX)) {
      beat = now;
    } else if (difference.equals(Instant.MAX)) {
      difference = now.plus(GATHER);
    }
  }

  /** When there is something to tell; {@link Instant#MAX} when there never was. */
  public Instant next() {
    return difference.isBefore(beat) ? difference : beat;
  }

  /**
   * @param seen how everything is, by the keys of the routes
   * @return what is to be told of it now
   */
  public SortedMap<String, Report.OfBalancer> due(
      SortedMap<String, Report.OfBalancer> seen, Instant now) {
    SortedMap<String, Report.OfBalancer> news = new TreeMap<>(seen);
    if (now.isBefore(beat)) {
      news.entrySet().removeIf(entry -> entry.getValue().equals(told.get(entry.getKey())));
    } else {
      beat = now.plus(Report.BALANCER_BEAT);
    }
    difference = Instant.MAX;
    told = Map.copyOf(seen);
    return news;
  }
}
