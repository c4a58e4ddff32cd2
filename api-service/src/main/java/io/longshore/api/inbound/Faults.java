package io.longshore.api.inbound;

import io.longshore.api.core.EcsException;
import jakarta.persistence.PersistenceException;
import java.sql.SQLException;
import org.jboss.logging.Logger;

/** What a caller is told of a failure that is no refusal. */
public final class Faults {
  private static final Logger LOG = Logger.getLogger(Faults.class);

  private Faults() {}

  /** Logs it. The caller learns whether trying again helps, and what to ask the operator for. */
  public static EcsException of(String requestId, Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof PersistenceException || cause instanceof SQLException) {
        LOG.warnf("request %s: the database cannot be read: %s", requestId, bounded(cause));
        return EcsException.server("The state cannot be read at the moment. Try again.");
      }
    }
    LOG.errorf(failure, "request %s failed", requestId);
    return EcsException.server("An unexpected error occurred; request " + requestId + ".");
  }

  /** Its message, fit for a log line. */
  public static String bounded(Throwable failure) {
    String text = String.valueOf(failure.getMessage()).replaceAll("\\p{C}", " ");
    return text.length() <= 300 ? text : text.substring(0, 300) + "…";
  }
}
