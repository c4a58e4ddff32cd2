package io.longshore.api.inbound.balancing;

import io.longshore.api.core.EcsException;
import io.longshore.api.core.Rules;
import io.longshore.api.inbound.Operation;
import io.longshore.api.inbound.Operations;
import io.longshore.api.inbound.Shape;
import io.quarkus.runtime.Startup;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import software.amazon.awssdk.services.elasticloadbalancingv2.ElasticLoadBalancingV2Client;
import software.amazon.awssdk.services.elasticloadbalancingv2.model.ElasticLoadBalancingV2Request;

/** Which operations of ELB there are, and which of them are answered here. Made at start. */
@Startup
@ApplicationScoped
public class BalancingOperations {
  static final String NAMESPACE = "http://elasticloadbalancing.amazonaws.com/doc/2015-12-01/";

  private static final String MODEL =
      "software.amazon.awssdk.services.elasticloadbalancingv2.model.";

  /** Everything the SDK can call. */
  private static final Set<String> OF_ELB =
      Arrays.stream(ElasticLoadBalancingV2Client.class.getMethods())
          .filter(method -> method.getParameterCount() == 1)
          .map(method -> method.getParameterTypes()[0])
          .filter(ElasticLoadBalancingV2Request.class::isAssignableFrom)
          .map(request -> request.getSimpleName().replaceFirst("Request$", ""))
          .collect(Collectors.toUnmodifiableSet());

  private final Map<String, Operations.Answering> answered = new LinkedHashMap<>();

  BalancingOperations(
      LoadBalancerOperations balancers,
      TargetGroupOperations groups,
      ListenerOperations listeners,
      ListenerRuleOperations rules,
      BalancingTagOperations tags) {
    add("CreateLoadBalancer", balancers::create);
    add("DescribeLoadBalancers", balancers::describe);
    add("DeleteLoadBalancer", balancers::delete);
    add("DescribeLoadBalancerAttributes", balancers::describeAttributes);
    add("ModifyLoadBalancerAttributes", balancers::modifyAttributes);
    add("DescribeCapacityReservation", balancers::describeCapacityReservation);
    add("SetSecurityGroups", balancers::setSecurityGroups);
    add("SetSubnets", balancers::setSubnets);
    add("SetIpAddressType", balancers::setIpAddressType);
    add("CreateTargetGroup", groups::create);
    add("DescribeTargetGroups", groups::describe);
    add("ModifyTargetGroup", groups::modify);
    add("DeleteTargetGroup", groups::delete);
    add("DescribeTargetGroupAttributes", groups::describeAttributes);
    add("ModifyTargetGroupAttributes", groups::modifyAttributes);
    add("RegisterTargets", groups::register);
    add("DeregisterTargets", groups::deregister);
    add("DescribeTargetHealth", groups::health);
    add("CreateListener", listeners::create);
    add("DescribeListeners", listeners::describe);
    add("ModifyListener", listeners::modify);
    add("DeleteListener", listeners::delete);
    add("DescribeListenerAttributes", listeners::describeAttributes);
    add("ModifyListenerAttributes", listeners::modifyAttributes);
    add("AddListenerCertificates", listeners::addCertificates);
    add("RemoveListenerCertificates", listeners::removeCertificates);
    add("DescribeListenerCertificates", listeners::describeCertificates);
    add("CreateRule", rules::create);
    add("DescribeRules", rules::describe);
    add("ModifyRule", rules::modify);
    add("DeleteRule", rules::delete);
    add("SetRulePriorities", rules::setPriorities);
    add("AddTags", tags::add);
    add("RemoveTags", tags::remove);
    add("DescribeTags", tags::describe);
    add("DescribeAccountLimits", tags::limits);
    add("DescribeSSLPolicies", tags::sslPolicies);
  }

  private void add(String name, Operation operation) {
    answered.put(name, new Operations.Answering(Shape.of(model(name + "Request")), operation));
  }

  private static Class<?> model(String name) {
    // The SDK's classes write abbreviations as words.
    String className = MODEL + name.replace("SSL", "Ssl");
    try {
      return Class.forName(className, true, ElasticLoadBalancingV2Client.class.getClassLoader());
    } catch (ClassNotFoundException e) {
      throw new IllegalStateException("the AWS SDK has no " + className, e);
    }
  }

  /** What the answer of an operation looks like. */
  public static Shape.Structure response(String operation) {
    return Shape.of(model(operation + "Response"));
  }

  /** The names of all that are answered. */
  public Set<String> names() {
    return answered.keySet();
  }

  /** The names of all that ELB has, as the SDK writes them. */
  public static Set<String> ofElb() {
    return OF_ELB;
  }

  /**
   * Finds an operation by its name on the wire.
   *
   * @throws EcsException if ELB has no such operation, or it is not here
   */
  public Operations.Answering find(String name) {
    Operations.Answering found = answered.get(name);
    if (found != null) {
      return found;
    }
    if (OF_ELB.contains(name)) {
      throw EcsException.of(
          "OperationNotPermitted", "The operation %s is not supported here.".formatted(name));
    }
    throw EcsException.of(
        "InvalidAction", "There is no operation %s in ELB.".formatted(Rules.shown(name)));
  }
}
