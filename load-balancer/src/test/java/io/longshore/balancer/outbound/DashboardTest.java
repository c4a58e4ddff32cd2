package io.longshore.balancer.outbound;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.longshore.balancer.Routes;
import io.longshore.balancer.core.HealthBoard;
import io.longshore.balancer.core.RoutingTable;
import io.longshore.balancer.core.Target;
import io.longshore.balancer.core.TargetKey;
import io.longshore.balancer.core.Traffic;
import io.micrometer.prometheus.PrometheusConfig;
import io.micrometer.prometheus.PrometheusMeterRegistry;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The dashboard for Grafana asks for metrics and labels that there are. */
// The registry is the one that Quarkus brings.
@SuppressWarnings("deprecation")
class DashboardTest {
  private static final Path DASHBOARD = Path.of("../docs/dashboards/load-balancing.json");
  private static final Pattern METRIC = Pattern.compile("longshore_balancer_[a-z_]+");
  private static final Pattern LABEL = Pattern.compile("by \\(([a-z]+)\\)");

  private static String scrape() {
    PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    RoutingTable table =
        RoutingTable.of(
            List.of(
                Routes.group(Routes.GROUP, Map.of()),
                Routes.targets(Routes.task(Routes.GROUP, "one", 8000, false))));
    HealthBoard board = new HealthBoard();
    board.take(table, Instant.EPOCH);
    Traffic traffic = new Traffic();
    traffic.publish(table, board);
    Meters meters = new Meters(registry, traffic);
    Set<TargetKey> targets = table.targets().keySet();
    meters.keep(targets);
    targets.forEach(key -> meters.of(new Target(key)).answered(200, 1));
    return registry.scrape();
  }

  private static Set<String> found(Pattern pattern, String text, int group) {
    return pattern
        .matcher(text)
        .results()
        .map((MatchResult match) -> match.group(group))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  @Test
  void everyMetricAndLabelItNamesExists() throws Exception {
    JsonNode dashboard = new ObjectMapper().readTree(DASHBOARD.toFile());
    StringBuilder asked = new StringBuilder();
    dashboard
        .path("panels")
        .forEach(panel ->
            panel
                .path("targets")
                .forEach(target -> asked.append(target.path("expr").asText()).append('\n')));
    dashboard
        .path("templating")
        .path("list")
        .forEach(variable -> asked.append(variable.path("query").asText()).append('\n'));
    String scraped = scrape();
    assertThat(found(METRIC, scraped, 0))
        .containsAll(found(METRIC, asked.toString(), 0))
        .isNotEmpty();
    assertThat(found(METRIC, asked.toString(), 0)).hasSizeGreaterThan(8);
    for (String label : found(LABEL, asked.toString(), 1)) {
      assertThat(scraped).contains(label + "=\"");
    }
  }
}
