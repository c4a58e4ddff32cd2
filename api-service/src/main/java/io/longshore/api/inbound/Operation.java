package io.longshore.api.inbound;

import io.longshore.api.core.Members;
import io.longshore.api.outbound.Call;

/** One operation of ECS. Called on a virtual thread; refuses by throwing EcsException. */
@FunctionalInterface
public interface Operation {
  Members answer(Call call, Members request);
}
