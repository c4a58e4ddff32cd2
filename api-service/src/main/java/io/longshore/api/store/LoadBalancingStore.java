package io.longshore.api.store;

import io.longshore.api.core.Members;
import io.longshore.api.core.balancing.Balancing;
import io.longshore.messages.Codec;
import io.longshore.messages.Report;
import io.longshore.messages.Route;
import io.quarkus.hibernate.orm.PersistenceUnit;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import jakarta.transaction.Transactional;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Describes load balancers and what belongs to them, in the manner that {@link ReadDatabase} says.
 */
@ApplicationScoped
@Transactional
public class LoadBalancingStore {
  private static final String LOAD_BALANCERS =
      """
      select arn, name, cast(document as text), cast(attributes as text), cast(tags as text),
        created_at
      from read.load_balancer
      """;

  private static final String LISTENERS =
      """
      select arn, cast(certificates as text), cast(document as text), cast(attributes as text),
        cast(tags as text)
      from read.listener
      """;

  private static final String RULES =
      """
      select arn, priority, cast(document as text), cast(tags as text) from read.listener_rule
      """;

  private static final String TARGET_GROUPS =
      """
      select arn, name, cast(document as text), cast(attributes as text), cast(targets as text),
        cast(seen as text),
        (select coalesce(string_agg(u.load_balancer_arn, ','), '') from read.target_group_use u
          where u.target_group_arn = g.arn),
        cast(tags as text)
      from read.target_group g
      """;

  private static final String TASK_TARGETS =
      """
      select cast(targets as text), task_id from read.task_target
      where targets @> cast(:named as jsonb) order by created_at, task_id
      """;

  private static final List<String> SOMETHING = List.of("");

  private final EntityManager database;

  LoadBalancingStore(@PersistenceUnit("read") EntityManager database) {
    this.database = database;
  }

  private List<Object[]> rows(String sql, Map<String, ?> parameters, Collection<?> asked) {
    return new ReadDatabase(database).rows(sql, parameters, asked);
  }

  /** In the order of their ARNs. */
  public List<Balancing.LoadBalancer> loadBalancers() {
    return rows(LOAD_BALANCERS + " order by arn", Map.of(), SOMETHING).stream()
        .map(LoadBalancingStore::loadBalancer)
        .toList();
  }

  /** Those of the ARNs that are there. */
  public List<Balancing.LoadBalancer> loadBalancers(Collection<String> arns) {
    return rows(LOAD_BALANCERS + " where arn in (:arns) order by arn", Map.of("arns", arns), arns)
        .stream()
        .map(LoadBalancingStore::loadBalancer)
        .toList();
  }

  /** Null when there is none of the name. */
  public @Nullable String loadBalancerArn(String name) {
    return arn("select arn, name from read.load_balancer where name = :name", name);
  }

  /** Null when there is none of the name. */
  public @Nullable String targetGroupArn(String name) {
    return arn("select arn, name from read.target_group where name = :name", name);
  }

  private @Nullable String arn(String sql, String name) {
    List<Object[]> rows = rows(sql, Map.of("name", name), SOMETHING);
    return rows.isEmpty() ? null : (String) rows.getFirst()[0];
  }

  private static Balancing.LoadBalancer loadBalancer(Object[] row) {
    return new Balancing.LoadBalancer(
        (String) row[0],
        (String) row[1],
        Members.stored((String) row[2]),
        texts(row[3]),
        texts(row[4]),
        Rows.instant(row[5]));
  }

  /** In the order of their ARNs. */
  public List<Balancing.TargetGroup> targetGroups() {
    return rows(TARGET_GROUPS + " order by arn", Map.of(), SOMETHING).stream()
        .map(LoadBalancingStore::targetGroup)
        .toList();
  }

  /** Those of the ARNs that are there. */
  public List<Balancing.TargetGroup> targetGroups(Collection<String> arns) {
    return rows(TARGET_GROUPS + " where arn in (:arns) order by arn", Map.of("arns", arns), arns)
        .stream()
        .map(LoadBalancingStore::targetGroup)
        .toList();
  }

  private static Balancing.TargetGroup targetGroup(Object[] row) {
    String users = (String) row[6];
    return new Balancing.TargetGroup(
        (String) row[0],
        (String) row[1],
        Members.stored((String) row[2]),
        texts(row[3]),
        List.of(Codec.decodeStored((String) row[4], Route.StaticTarget[].class)),
        seen(row[5]),
        users.isEmpty() ? List.of() : List.of(users.split(",")),
        texts(row[7]));
  }

  private static List<Report.SeenTarget> seen(Object json) {
    return List.of(Codec.decodeStored((String) json, Report.SeenTarget[].class));
  }

  /** The targets in a group that are tasks of services, the ones launched earlier first. */
  public List<Report.SeenTarget> taskTargets(String groupArn) {
    String named = Codec.encodeText(List.of(Map.of("groupArn", groupArn)));
    return rows(TASK_TARGETS, Map.of("named", named), SOMETHING).stream()
        .flatMap(row -> seen(row[0]).stream())
        .filter(target -> target.groupArn().equals(groupArn))
        .toList();
  }

  /** Of one load balancer, by port. */
  public List<Balancing.Listener> listenersOf(String loadBalancerArn) {
    return rows(
            LISTENERS + " where load_balancer_arn = :arn order by port",
            Map.of("arn", loadBalancerArn),
            SOMETHING)
        .stream()
        .map(LoadBalancingStore::listener)
        .toList();
  }

  /** Those of the ARNs that are there. */
  public List<Balancing.Listener> listeners(Collection<String> arns) {
    return rows(LISTENERS + " where arn in (:arns) order by arn", Map.of("arns", arns), arns)
        .stream()
        .map(LoadBalancingStore::listener)
        .toList();
  }

  private static Balancing.Listener listener(Object[] row) {
    return new Balancing.Listener(
        (String) row[0],
        List.of(Codec.decodeStored((String) row[1], String[].class)),
        Members.stored((String) row[2]),
        texts(row[3]),
        texts(row[4]));
  }

  /** Of one listener, by priority. */
  public List<Balancing.Rule> rulesOf(String listenerArn) {
    return rows(
            RULES + " where listener_arn = :arn order by priority",
            Map.of("arn", listenerArn),
            SOMETHING)
        .stream()
        .map(LoadBalancingStore::rule)
        .toList();
  }

  /** Those of the ARNs that are there. */
  public List<Balancing.Rule> rules(Collection<String> arns) {
    return rows(RULES + " where arn in (:arns) order by arn", Map.of("arns", arns), arns).stream()
        .map(LoadBalancingStore::rule)
        .toList();
  }

  private static Balancing.Rule rule(Object[] row) {
    return new Balancing.Rule(
        (String) row[0],
        ((Number) row[1]).intValue(),
        Members.stored((String) row[2]),
        texts(row[3]));
  }

  @SuppressWarnings("unchecked")
  private static Map<String, String> texts(Object json) {
    return new TreeMap<>((Map<String, String>) Codec.decodeStored((String) json, Map.class));
  }
}
