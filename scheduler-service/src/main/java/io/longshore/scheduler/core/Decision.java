package io.longshore.scheduler.core;

import io.longshore.messages.Json;
import io.longshore.messages.RunnerId;
import io.longshore.messages.StopCode;
import io.longshore.messages.TaskId;
import io.longshore.messages.TaskObservation;
import io.longshore.messages.TaskSpec;
import java.time.Instant;
import java.util.List;

/**
 * What is to be done. A decision is a value: it can be printed, compared and applied; it does
 * nothing itself.
 */
public sealed interface Decision {

  /** A cluster is new or changed. */
  record PutCluster(Cluster cluster) implements Decision {}

  /** A new revision, with the recipe that will never change. */
  record AddDefinition(Definition definition, TaskSpec spec, Json document) implements Decision {}

  /** A revision changed in what can change. */
  record PutDefinition(Definition definition) implements Decision {}

  /** A service is new or changed. */
  record PutService(Service service) implements Decision {}

  /** What a new deployment of a service is to bring about; it will never change. */
  record AddRevision(Revision revision) implements Decision {}

  /** A runner is new or changed. */
  record PutRunner(Runner runner) implements Decision {}

  /** A task changed in something nobody has to act on, such as its tags. */
  record PutTask(Task task) implements Decision {}

  /** A capacity provider is new or changed. */
  record PutCapacityProvider(CapacityProvider provider) implements Decision {}

  /** An account setting is made, or taken back. */
  record PutAccountSetting(AccountSetting setting) implements Decision {}

  /** Load balancers are to send to other targets of a task, or find them otherwise than before. */
  record PutTargets(TaskId task, List<Target> targets) implements Decision {}

  /** No load balancer has anything under way with the task any more: order its stop. */
  record StopDrained(TaskId task) implements Decision {}

  /** Load balancers find the targets of a group otherwise than before. */
  record PutSeen(Balanced.TargetGroup group) implements Decision {}

  /** A load balancer, or what belongs to it, or a target group is new or changed. */
  record PutBalanced(Balanced resource) implements Decision {}

  /** It is no more. */
  record DropBalanced(Balanced resource) implements Decision {}

  /** Something a service's owner should read in its events. */
  record Announce(String serviceUid, String message) implements Decision {}

  /** Make a task and order its start. */
  record Launch(Task task, Reason why) implements Decision {}

  /** The task is wanted no more; order its stop. */
  record Stop(TaskId task, StopCode code, String reason, Reason why) implements Decision {}

  /** An observation counts. */
  record Observe(TaskId task, TaskObservation seen) implements Decision {}

  /** The task is over without its runner's word: its host is lost, or had forgotten it. */
  record Lose(TaskId task, StopCode code, String reason, Rule rule) implements Decision {}

  /** Tell a runner everything that should be on it. */
  record SendManifest(RunnerId runner) implements Decision {}

  /** Order a start again that the runner never took in. */
  record StartAgain(TaskId task) implements Decision {}

  /**
   * A runner speaks of a task that is over, or that never was.
   *
   * @param ended whether the runner says that it has ended
   */
  record Dismiss(RunnerId runner, TaskId task, boolean ended) implements Decision {}

  /** A runner is not known, or not as this incarnation. */
  record RegisterAgain(RunnerId runner, String incarnation) implements Decision {}

  /** Look at this service again then. */
  record WakeAt(String serviceUid, Instant at) implements Decision {}

  /** What keeps a service from being what it should be is another than before. */
  record PutWaits(String serviceUid, List<Wait> waits) implements Decision {}

  /** Look at this service again as soon as a host has more to give. */
  record AwaitCapacity(String serviceUid) implements Decision {}
}
