package io.longshore.scheduler.store;

/** Another scheduler has taken the shard over: nothing this one writes counts any more. */
public final class FencedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  FencedException(int shard, long epoch) {
    super("shard %d has gone to a later owner than epoch %d".formatted(shard, epoch));
  }
}
