package io.longshore.messages.query;

import java.util.Collection;

/** A container instance, as far as expressions can ask about it. */
public interface Facts {
  /** The instance's values of the subject; none where it has none. */
  Collection<String> values(Subject subject);
}
