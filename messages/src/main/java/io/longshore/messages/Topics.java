package io.longshore.messages;

/** The names of the topics and of the headers on their records. */
public final class Topics {
  /**
   * {@link CommandEnvelope}, keyed by {@link Command#key()}; as many partitions as {@link
   * #REPORTS}.
   */
  public static final String COMMANDS = "longshore.commands";

  /** {@link Report}, keyed by cluster; as many partitions as {@link #COMMANDS}. */
  public static final String REPORTS = "longshore.reports";

  /** {@link Reply}, keyed by api instance. */
  public static final String REPLIES = "longshore.replies";

  /** {@link Order}, keyed by runner; a runner reads only the partition its id hashes to. */
  public static final String ORDERS = "longshore.orders";

  /**
   * {@link ClusterNotice}, keyed by cluster, compacted. Hosts that lend themselves to every cluster
   * read it.
   */
  public static final String CLUSTERS = "longshore.clusters";

  /** Public: the EventBridge envelope around ECS's described resources, keyed by resource ARN. */
  public static final String EVENTS = "longshore.events";

  /** {@link Output}: what containers write, keyed by its log stream. */
  public static final String OUTPUT = "longshore.output";

  /**
   * Records nobody could read, as they came, with {@link #QUARANTINE_REASON} and where they came
   * from.
   */
  public static final String QUARANTINE = "longshore.quarantine";

  /** The id of the {@link Installation} whose topics these are: the first record counts. */
  public static final String INSTALLATION = "longshore.installation";

  /** W3C trace context of whatever caused the record. */
  public static final String TRACEPARENT = "traceparent";

  /**
   * Header on {@link #REPLIES}: the api instance that waits, so that the others need not read the
   * record.
   */
  public static final String REPLY_TO = "longshore-reply-to";

  public static final String QUARANTINE_REASON = "longshore-quarantine-reason";
  public static final String QUARANTINE_ORIGIN = "longshore-quarantine-origin";

  private Topics() {}
}
