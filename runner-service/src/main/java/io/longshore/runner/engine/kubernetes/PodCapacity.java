package io.longshore.runner.engine.kubernetes;

import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Quantity;
import io.longshore.runner.core.Problem;
import io.longshore.runner.engine.EngineException;
import io.longshore.runner.engine.EngineInfo;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** What there is to be lent to tasks: what nodes have for Pods, those that take none left out. */
final class PodCapacity {
  private static final Logger LOG = Logger.getLogger(PodCapacity.class);
  private static final Quantity NONE = new Quantity("0");

  private PodCapacity() {}

  /**
   * That of this machine, if nobody may ask for nodes.
   *
   * @param only the node that counts; null for all of them
   */
  static EngineInfo of(PodCalls calls, @Nullable String only) throws EngineException {
    EngineInfo here = EngineInfo.ofThisMachine("kubernetes", calls.version());
    BigDecimal cores = BigDecimal.ZERO;
    BigDecimal memory = BigDecimal.ZERO;
    String architecture = here.architecture();
    for (Node node : nodes(calls, only)) {
      if (node.getSpec() != null && Boolean.TRUE.equals(node.getSpec().getUnschedulable())) {
        continue;
      }
      Map<String, Quantity> has = node.getStatus().getAllocatable();
      cores = cores.add(has.getOrDefault("cpu", NONE).getNumericalAmount());
      memory = memory.add(has.getOrDefault("memory", NONE).getNumericalAmount());
      if (node.getStatus().getNodeInfo() != null) {
        architecture = EngineInfo.architecture(node.getStatus().getNodeInfo().getArchitecture());
      }
    }
    return cores.signum() == 0 || memory.signum() == 0
        ? here
        : new EngineInfo(
            "kubernetes",
            here.version(),
            Math.max(1, cores.intValue()),
            memory.longValue(),
            "linux",
            architecture);
  }

  private static List<Node> nodes(PodCalls calls, @Nullable String only) throws EngineException {
    try {
      return calls.nodes(only);
    } catch (EngineException e) {
      if (e.problem() != Problem.REFUSED) {
        throw e;
      }
      LOG.infof("What nodes have to give is not known, this machine's is taken: %s", e.words());
      return List.of();
    }
  }
}
