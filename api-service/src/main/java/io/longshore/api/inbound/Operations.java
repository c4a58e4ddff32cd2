package io.longshore.api.inbound;

import io.longshore.api.core.EcsException;
import io.longshore.api.core.Rules;
import io.quarkus.runtime.Startup;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import software.amazon.awssdk.services.ecs.EcsClient;
import software.amazon.awssdk.services.ecs.model.EcsRequest;

/** Which operations there are: those of ECS, of which some are answered here. Made at start. */
@Startup
@ApplicationScoped
public class Operations {
  private static final String MODEL = "software.amazon.awssdk.services.ecs.model.";

  /** Everything the SDK can call. */
  private static final Set<String> OF_ECS =
      Arrays.stream(EcsClient.class.getMethods())
          .filter(method -> method.getParameterCount() == 1)
          .map(method -> method.getParameterTypes()[0])
          .filter(EcsRequest.class::isAssignableFrom)
          .map(type -> type.getSimpleName().replaceFirst("Request$", ""))
          .collect(Collectors.toUnmodifiableSet());

  private final Map<String, Answering> answered = new LinkedHashMap<>();

  /** An operation and what its request looks like. */
  public record Answering(Shape.Structure request, Operation operation) {}

  Operations(
      ClusterOperations clusters,
      DefinitionOperations definitions,
      TaskOperations tasks,
      ServiceOperations services,
      InstanceOperations instances,
      TagOperations tags) {
    add("CreateCluster", clusters::create);
    add("DescribeClusters", clusters::describe);
    add("ListClusters", clusters::list);
    add("DeleteCluster", clusters::delete);
    add("RegisterTaskDefinition", definitions::register);
    add("DescribeTaskDefinition", definitions::describe);
    add("ListTaskDefinitions", definitions::list);
    add("ListTaskDefinitionFamilies", definitions::listFamilies);
    add("DeregisterTaskDefinition", definitions::deregister);
    add("RunTask", tasks::run);
    add("StopTask", tasks::stop);
    add("DescribeTasks", tasks::describe);
    add("ListTasks", tasks::list);
    add("CreateService", services::create);
    add("UpdateService", services::update);
    add("DeleteService", services::delete);
    add("DescribeServices", services::describe);
    add("ListServices", services::list);
    add("ListContainerInstances", instances::list);
    add("DescribeContainerInstances", instances::describe);
    add("TagResource", tags::tag);
    add("UntagResource", tags::untag);
    add("ListTagsForResource", tags::list);
  }

  private void add(String name, Operation operation) {
    answered.put(name, new Answering(Shape.of(model(name + "Request")), operation));
  }

  static Class<?> model(String name) {
    try {
      return Class.forName(MODEL + name, true, EcsClient.class.getClassLoader());
    } catch (ClassNotFoundException e) {
      throw new IllegalStateException("the AWS SDK has no " + name, e);
    }
  }

  /** The names of all that are answered. */
  public Set<String> names() {
    return answered.keySet();
  }

  /**
   * Finds an operation by its name on the wire.
   *
   * @throws EcsException if ECS has no such operation, or it is not here yet
   */
  public Answering find(String name) {
    Answering found = answered.get(name);
    if (found != null) {
      return found;
    }
    if (OF_ECS.contains(name)) {
      throw EcsException.unsupported("The operation %s is not supported yet.".formatted(name));
    }
    throw EcsException.of(
        "UnknownOperationException",
        "There is no operation %s in ECS.".formatted(Rules.shown(name)));
  }
}
