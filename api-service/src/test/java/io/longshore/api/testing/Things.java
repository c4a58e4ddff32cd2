package io.longshore.api.testing;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What requests can name: a cluster of its own for each operation with a definition, a service, a
 * task, a container instance and a target group. In requests they stand as {@code $cluster} and so
 * on; {@code $new} is a name nobody has yet.
 */
public final class Things {
  private static final Pattern NAME = Pattern.compile("\\$(\\w+)");
  private static final AtomicInteger NEW = new AtomicInteger();

  private final Wire wire;
  private final Map<String, String> names = new HashMap<>();

  private Things(Wire wire) {
    this.wire = wire;
  }

  /** Makes them. */
  public static Things of(Wire wire, String operation) {
    Things things = new Things(wire);
    int number = NEW.incrementAndGet();
    things.names.put("cluster", "of-%s-%d".formatted(operation, number));
    things.names.put("family", "family-%s-%d".formatted(operation, number));
    things.note(
        "clusterArn",
        "CreateCluster {'clusterName':'$cluster','capacityProviders':['FARGATE'],"
            + "'serviceConnectDefaults':{'namespace':'$cluster'}}",
        "/cluster/clusterArn");
    things.note(
        "definition",
        "RegisterTaskDefinition {'family':'$family','tags':[{'key':'team','value':'blue'}],"
            + "'containerDefinitions':[{'name':'main','image':'busybox','memory':64,"
            + "'portMappings':[{'containerPort':80}]}]}",
        "/taskDefinition/taskDefinitionArn");
    things.names.put("targetGroup", things.usedTargetGroup(number));
    things.note(
        "service",
        "CreateService {'cluster':'$cluster','serviceName':'front','taskDefinition':'$definition',"
            + "'desiredCount':1}",
        "/service/serviceArn");
    things.note(
        "deployment",
        "ListServiceDeployments {'cluster':'$cluster','service':'$service','status':['IN_PROGRESS']}",
        "/serviceDeployments/0/serviceDeploymentArn");
    things.note(
        "revision",
        "ListServiceDeployments {'cluster':'$cluster','service':'$service'}",
        "/serviceDeployments/0/targetServiceRevisionArn");
    things.note(
        "task",
        "RunTask {'cluster':'$cluster','taskDefinition':'$definition'}",
        "/tasks/0/taskArn");
    things.note(
        "inactive",
        "RegisterTaskDefinition {'family':'left-$family',"
            + "'containerDefinitions':[{'name':'main','image':'busybox','memory':64}]}",
        "/taskDefinition/taskDefinitionArn");
    things.note(
        "inactive",
        "DeregisterTaskDefinition {'taskDefinition':'$inactive'}",
        "/taskDefinition/taskDefinitionArn");
    things.note(
        "provider",
        "CreateCapacityProvider {'name':'of-$family',"
            + "'autoScalingGroupProvider':{'autoScalingGroupArn':'arn:aws:autoscaling:group'}}",
        "/capacityProvider/name");
    things.note(
        "instance", "ListContainerInstances {'cluster':'$cluster'}", "/containerInstanceArns/0");
    return things;
  }

  /** One that a listener sends to. */
  private String usedTargetGroup(int number) {
    String group =
        wire.query(
            "CreateTargetGroup",
            "Name=g-%d&Protocol=HTTP&Port=80&VpcId=vpc-1".formatted(number),
            "TargetGroupArn");
    String balancer =
        wire.query(
            "CreateLoadBalancer",
            "Name=b-%d&Subnets.member.1=subnet-1".formatted(number),
            "LoadBalancerArn");
    wire.query(
        "CreateListener",
        "LoadBalancerArn=%s&Protocol=HTTP&Port=%d&DefaultActions.member.1.Type=forward&DefaultActions.member.1.TargetGroupArn=%s"
            .formatted(balancer, 1000 + number, group),
        "ListenerArn");
    return group;
  }

  private void note(String name, String call, String pointer) {
    int space = call.indexOf(' ');
    String operation = call.substring(0, space);
    Wire.Answer answer = wire.call(operation, json(call.substring(space + 1).replace('\'', '"')));
    if (!answer.accepted()) {
      throw new AssertionError(operation + " of the test's own: " + answer.body());
    }
    names.put(name, answer.body().at(pointer).asText());
  }

  /** JSON with the names filled in. */
  public JsonNode json(String text) {
    Matcher matcher = NAME.matcher(text);
    String filled =
        matcher.replaceAll(found ->
            found.group(1).equals("new")
                ? "new-" + NEW.incrementAndGet()
                : names.getOrDefault(found.group(1), "no-such-thing"));
    try {
      return Wire.JSON.readTree(filled);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("no JSON: " + filled, e);
    }
  }

  /** Text in which the names made for one request only are all the same. */
  public static String withoutNewNames(String text) {
    return text.replaceAll("new-[0-9]+", "new");
  }
}
