package io.longshore.simulation;

/**
 * A side effect of one of the processes: what of its work is there when it has ended. It may be
 * killed just before and just after each of them, and the promises hold.
 *
 * <p>Each says which shipping code it stands for. Where the order of effects is decided in a core
 * class, the simulation runs that class; where it is in the code around it only, the simulation
 * repeats it, and the line says so.
 */
public enum KillPoint {
  // --- an api

  /** A command is on its topic. {@code api.outbound.KafkaCommands#publish}. */
  COMMAND_SENT(Process.API),

  /** Whoever waits has the reply. {@code api.outbound.PendingReplies#hand}. */
  REPLY_TAKEN(Process.API),

  /**
   * The client has the answer. {@code api.inbound.EcsEndpoint}; order repeated: after the reply.
   */
  RESPONSE_SENT(Process.API),

  /**
   * Lines of output are in the api's files. {@code api.inbound.output.OutputFeed#add}; order
   * repeated: before how far it has read.
   */
  OUTPUT_LINES_KEPT(Process.API),

  /** How far it has read is in a file. {@code api.store.output.OutputStore#savePosition}. */
  OUTPUT_OFFSET_KEPT(Process.API),

  // --- a scheduler

  /** The epoch is a new one. {@code scheduler.store.ShardStore#acquire}. */
  SHARD_TAKEN_OVER(Process.SCHEDULER),

  /**
   * A record the former owner had decided is on its topic. {@code
   * scheduler.inbound.ShardLane#resume}; order repeated: after the new epoch, before any turn.
   */
  UNSENT_SENT(Process.SCHEDULER),

  /**
   * A turn that decided a command is written: state, offsets, answers and outbox at once. {@code
   * scheduler.store.ShardStore#commit}; order repeated from {@code ShardLane#commit}: before
   * replies and records. Between the statements of the transaction is the same as before it.
   */
  COMMAND_COMMITTED(Process.SCHEDULER),

  /** A turn that changed something by a report is written. The same code. */
  REPORT_COMMITTED(Process.SCHEDULER),

  /** A turn in which only time passed is written: a lease, a plan. The same code. */
  TIME_COMMITTED(Process.SCHEDULER),

  /** A turn that changed nothing is written: only offsets move. The same code. */
  OFFSETS_COMMITTED(Process.SCHEDULER),

  /**
   * Records the brokers have are gone from the outbox: what a scheduler's acknowledgement is. A
   * part of the same transaction; up to where is asked of {@code scheduler.outbound.Relay#sentUpTo}
   * before it, which is order repeated.
   */
  OUTBOX_ROWS_DELETED(Process.SCHEDULER),

  /**
   * A reply is on its topic. {@code scheduler.outbound.Relay#reply}; order repeated: after the
   * commit, before the records of the turn.
   */
  REPLY_SENT(Process.SCHEDULER),

  /** An order of that kind is on its topic. {@code scheduler.outbound.Relay#send}. */
  MANIFEST_SENT(Process.SCHEDULER),

  /** As above. */
  START_SENT(Process.SCHEDULER),

  /** As above. */
  STOP_SENT(Process.SCHEDULER),

  /** As above. */
  FORGET_SENT(Process.SCHEDULER),

  /** As above. */
  REGISTER_AGAIN_SENT(Process.SCHEDULER),

  /** A public event is on its topic. The same code. */
  EVENT_SENT(Process.SCHEDULER),

  /** A word about a cluster is on its topic. The same code. */
  NOTICE_SENT(Process.SCHEDULER),

  /** Where load balancers find a service's tasks, or that it is gone, is on its topic. */
  ROUTE_SENT(Process.SCHEDULER),

  // --- a runner

  /**
   * The host's id is in a file. {@code runner.HostDirectory#open}; order repeated: before anything
   * is done under it.
   */
  HOST_ID_KEPT(Process.RUNNER),

  /** A registration is on its topic. {@code runner.outbound.KafkaReports}. */
  REGISTRATION_SENT(Process.RUNNER),

  /** A beat is on its topic. The same code. */
  BEAT_SENT(Process.RUNNER),

  /** A report of a task that has not ended is on its topic. The same code. */
  PROGRESS_SENT(Process.RUNNER),

  /** A report of a task that has ended, or that is not known here, is on its topic. */
  END_SENT(Process.RUNNER),

  /**
   * That the host has left its cluster is on its topic. The same code, for {@code
   * runner.core.Membership.Leave}.
   */
  LEAVE_SENT(Process.RUNNER),

  /** The engine has the image. {@code runner.agent.Hands#call}. */
  IMAGE_PULLED(Process.RUNNER),

  /** The engine has the container. The same code. */
  CONTAINER_CREATED(Process.RUNNER),

  /** The container runs. The same code. */
  CONTAINER_STARTED(Process.RUNNER),

  /** The container runs again, because its policy wants that. The same code. */
  CONTAINER_RESTARTED(Process.RUNNER),

  /** The container was told to end, or was ended. The same code. */
  CONTAINER_STOPPED(Process.RUNNER),

  /** The container is gone. The same code; order repeated: after all its output has arrived. */
  CONTAINER_REMOVED(Process.RUNNER),

  /** What the containers of a task had in common is gone. The same code. */
  COMMONS_RELEASED(Process.RUNNER),

  /** Lines of output are on their topic. {@code runner.outbound.KafkaOutput}. */
  OUTPUT_SENT(Process.RUNNER),

  /**
   * How far output has arrived is in a file. {@code runner.store.OutputPositions#save}; order
   * repeated from {@code runner.agent.OutputFollower#send}: only what the brokers have.
   */
  OUTPUT_POSITIONS_KEPT(Process.RUNNER),

  // --- a load balancer

  /** How the targets of a service are is on its topic. {@code balancer.outbound.KafkaReports}. */
  TARGETS_SENT(Process.BALANCER);

  /** What is killed. */
  public enum Process {
    API,
    SCHEDULER,
    RUNNER,
    BALANCER
  }

  private final Process process;

  KillPoint(Process process) {
    this.process = process;
  }

  public Process process() {
    return process;
  }
}
