package io.longshore.runner.engine;

import io.longshore.messages.RunnerId;
import io.longshore.messages.TaskId;
import io.longshore.runner.core.Sighting;

/**
 * A container that an engine has for one of this host's runners.
 *
 * @param card what {@link Card#write} made when the container was created; read only at adoption
 */
public record Found(RunnerId runner, TaskId task, String card, Sighting sighting) {}
