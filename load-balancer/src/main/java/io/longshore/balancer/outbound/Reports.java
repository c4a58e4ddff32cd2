package io.longshore.balancer.outbound;

import io.longshore.messages.Report;
import java.util.Map;
import java.util.Set;

/** Who is told how targets are. Called on the thread that decides: it must not wait. */
@FunctionalInterface
public interface Reports {
  /**
   * @param news by the keys of the routes they are of
   * @param present the keys of all routes that have targets; of others nothing more is said
   */
  void tell(Map<String, Report.OfBalancer> news, Set<String> present);
}
