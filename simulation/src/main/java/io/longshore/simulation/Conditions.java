package io.longshore.simulation;

import io.longshore.scheduler.core.Policy;
import java.time.Duration;

/**
 * What histories differ in besides their faults. It is drawn from a source of its own: histories
 * under plain conditions are those of their seeds from before there were others.
 *
 * @param policy with launch budgets that are felt, or with those of the default
 * @param blueGreen whether every other service has its deployments beside the one before
 * @param storms how many faults there are that make many launches necessary at once
 * @param balanced whether some services are behind load balancers
 * @param tasksPerServiceMax how many tasks a service is asked to have at most
 * @param enough when a history has launched so many tasks, services are asked to have few
 */
record Conditions(
    Policy policy,
    boolean blueGreen,
    int storms,
    boolean balanced,
    int tasksPerServiceMax,
    int enough) {
  /** So many that half of the hosts have no room for all. */
  private static final int MANY_TASKS = 40;

  /** Never, as it was in all histories once. */
  private static final int NEVER_ENOUGH = Integer.MAX_VALUE;

  private static final int FEW_TASKS = 6;

  /** More than any history has to have. */
  private static final int ENOUGH_LAUNCHES = 250;

  /** Of histories with many tasks. */
  private static final int MANY_LAUNCHES = 500;

  static final Conditions PLAIN =
      new Conditions(World.POLICY, false, 0, false, MANY_TASKS, NEVER_ENOUGH);

  private static final long OWN_SOURCE = 0x5DEECE66DL;

  static Conditions of(long seed) {
    Chance chance = source(seed);
    Conditions drawn =
        chance.oneIn(4)
            ? PLAIN
            : new Conditions(
                policy(chance),
                chance.oneIn(2),
                chance.between(3, 6),
                false,
                MANY_TASKS,
                NEVER_ENOUGH);
    // What goes wrong goes wrong with few tasks as well as with many, which cost more.
    return chance.oneIn(8)
        ? drawn.withTasks(MANY_TASKS, MANY_LAUNCHES)
        : drawn.withTasks(chance.between(10, 24), ENOUGH_LAUNCHES);
  }

  /** The same, with as many tasks as all histories had before some had fewer. */
  Conditions withManyTasks() {
    return withTasks(MANY_TASKS, NEVER_ENOUGH);
  }

  /** The same, with as many tasks to the end as in the beginning, as it was once. */
  Conditions neverEnough() {
    return withTasks(tasksPerServiceMax, NEVER_ENOUGH);
  }

  private Conditions withTasks(int perServiceMax, int launches) {
    return new Conditions(policy, blueGreen, storms, balanced, perServiceMax, launches);
  }

  /** The same, and services are behind load balancers. */
  Conditions balancing() {
    return new Conditions(policy, blueGreen, storms, true, tasksPerServiceMax, enough);
  }

  /**
   * How many tasks a service is asked to have at most, in a history that has made so many. By then
   * trouble has met hundreds; what came after was most of what histories cost.
   */
  int tasksPerServiceMax(int launched) {
    return launched < enough ? tasksPerServiceMax : FEW_TASKS;
  }

  /** From which everything is drawn that belongs to the conditions of a seed. */
  static Chance source(long seed) {
    return new Chance(seed * OWN_SOURCE);
  }

  private static Policy policy(Chance chance) {
    Policy plain = World.POLICY;
    Policy.Budgets felt =
        new Policy.Budgets(
            new Policy.Rate(chance.between(8, 30), chance.between(2, 8)),
            new Policy.Rate(chance.between(3, 12), chance.between(1, 4)),
            new Policy.Rate(chance.between(30, 120), chance.between(8, 30)));
    return new Policy(
        plain.runnerLease(),
        plain.steadyAfter(),
        plain.backoffFirst(),
        plain.backoffCeiling(),
        plain.launchesPerPlan(),
        plain.healthyAfter(),
        chance.oneIn(5) ? plain.budgets() : felt,
        Duration.ofSeconds(chance.between(15, 60)));
  }
}
