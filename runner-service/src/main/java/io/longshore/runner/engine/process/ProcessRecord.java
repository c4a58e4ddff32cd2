package io.longshore.runner.engine.process;

import io.longshore.messages.NetworkBinding;
import io.longshore.messages.RunnerId;
import io.longshore.messages.TaskId;
import java.util.List;

/**
 * What is kept of one process beside its shim, as JSON. Public, because the codec reads it by
 * reflection from another package.
 *
 * @param host whose process it is
 * @param executable the word to look up before it is started
 */
public record ProcessRecord(
    String host,
    RunnerId runner,
    TaskId task,
    String container,
    String card,
    String executable,
    String workingDirectory,
    List<NetworkBinding> networkBindings) {}
