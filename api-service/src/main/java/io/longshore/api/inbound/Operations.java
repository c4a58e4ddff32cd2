package io.longshore.api.inbound;

import io.longshore.api.core.EcsException;
import io.longshore.api.core.Rules;
import io.quarkus.runtime.Startup;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import software.amazon.awssdk.services.ecs.EcsClient;
import software.amazon.awssdk.services.ecs.model.EcsRequest;
import software.amazon.awssdk.services.ecs.model.UnsupportedFeatureException;

/** Which operations there are: those of ECS, of which some are answered here. Made at start. */
@Startup
@ApplicationScoped
public class Operations {
  private static final String MODEL = "software.amazon.awssdk.services.ecs.model.";

  /** Everything the SDK can call, and whether its errors include UnsupportedFeatureException. */
  private static final Map<String, Boolean> OF_ECS =
      Arrays.stream(EcsClient.class.getMethods())
          .filter(method -> method.getParameterCount() == 1)
          .filter(method -> EcsRequest.class.isAssignableFrom(method.getParameterTypes()[0]))
          .collect(
              Collectors.toUnmodifiableMap(
                  method -> method.getParameterTypes()[0].getSimpleName().replace("Request", ""),
                  method ->
                      List.of(method.getExceptionTypes())
                          .contains(UnsupportedFeatureException.class),
                  Boolean::logicalOr));

  /** What AWS's own agent calls. */
  private static final Set<String> OF_AGENTS =
      Set.of(
          "DiscoverPollEndpoint",
          "SubmitAttachmentStateChanges",
          "SubmitContainerStateChange",
          "SubmitTaskStateChange");

  private final Map<String, Answering> answered = new LinkedHashMap<>();

  /** What ECS does not have. */
  private final Map<String, Answering> ours;

  /** An operation and what its request looks like. */
  public record Answering(Shape.Structure request, Operation operation) {}

  Operations(
      ClusterOperations clusters,
      DefinitionOperations definitions,
      TaskOperations tasks,
      ServiceOperations services,
      DeploymentOperations deployments,
      InstanceOperations instances,
      TagOperations tags,
      CapacityProviderOperations capacityProviders,
      AccountOperations account,
      ProtectionOperations protection,
      ExplainOperations explanations) {
    ours = explanations.all();
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
    add("ListServiceDeployments", deployments::list);
    add("DescribeServiceDeployments", deployments::describe);
    add("DescribeServiceRevisions", deployments::describeRevisions);
    add("StopServiceDeployment", deployments::stop);
    add("ListContainerInstances", instances::list);
    add("DescribeContainerInstances", instances::describe);
    add("UpdateContainerInstancesState", instances::updateState);
    add("RegisterContainerInstance", instances::register);
    add("DeregisterContainerInstance", instances::deregister);
    add("PutAttributes", instances::putAttributes);
    add("DeleteAttributes", instances::deleteAttributes);
    add("ListAttributes", instances::listAttributes);
    add("StartTask", tasks::start);
    add("UpdateTaskProtection", protection::update);
    add("GetTaskProtection", protection::get);
    add("TagResource", tags::tag);
    add("UntagResource", tags::untag);
    add("ListTagsForResource", tags::list);
    add("UpdateCluster", clusters::update);
    add("UpdateClusterSettings", clusters::updateSettings);
    add("PutClusterCapacityProviders", clusters::putCapacityProviders);
    add("DeleteTaskDefinitions", definitions::delete);
    add("ListServicesByNamespace", services::listByNamespace);
    add("CreateCapacityProvider", capacityProviders::create);
    add("UpdateCapacityProvider", capacityProviders::update);
    add("DeleteCapacityProvider", capacityProviders::delete);
    add("DescribeCapacityProviders", capacityProviders::describe);
    add("ListAccountSettings", account::list);
    add("PutAccountSetting", account::put);
    add("PutAccountSettingDefault", account::putDefault);
    add("DeleteAccountSetting", account::delete);
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

  /** What the answer of an operation looks like. */
  public static Shape.Structure response(String operation) {
    Shape.Structure ours = ExplainOperations.ANSWERS.get(operation);
    return ours != null ? ours : Shape.of(model(operation + "Response"));
  }

  /** The names of all that are answered. */
  public Set<String> names() {
    return answered.keySet();
  }

  /** Finds an operation of ECS, or one of Longshore's own, which only {@code /v1} leads to. */
  public Answering findAny(String name) {
    Answering own = ours.get(name);
    return own == null ? find(name) : own;
  }

  /** Whether ECS has the operation, too. */
  public boolean isOfEcs(String name) {
    return !ours.containsKey(name);
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
    if (OF_AGENTS.contains(name)) {
      throw EcsException.client(
          "%s is for the agent of AWS: here a host joins by Longshore's runner, over Kafka."
              .formatted(name));
    }
    if (name.equals("UpdateContainerAgent")) {
      throw EcsException.of(
          "NoUpdateAvailableException",
          "There is no update: the runner is updated like any other program of its host.");
    }
    Boolean canBeUnsupported = OF_ECS.get(name);
    if (canBeUnsupported != null) {
      String message = "The operation %s is not supported yet.".formatted(name);
      throw canBeUnsupported ? EcsException.unsupported(message) : EcsException.client(message);
    }
    throw EcsException.of(
        "UnknownOperationException",
        "There is no operation %s in ECS.".formatted(Rules.shown(name)));
  }
}
