package io.longshore.k8s;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.cfg.CoercionAction;
import com.fasterxml.jackson.databind.cfg.CoercionInputShape;
import com.fasterxml.jackson.databind.cfg.MapperConfig;
import com.fasterxml.jackson.databind.deser.DeserializationProblemHandler;
import com.fasterxml.jackson.databind.introspect.Annotated;
import com.fasterxml.jackson.databind.introspect.JacksonAnnotationIntrospector;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.type.LogicalType;
import io.fabric8.certmanager.api.model.v1.Certificate;
import io.fabric8.certmanager.api.model.v1.Issuer;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.autoscaling.v2.HorizontalPodAutoscaler;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.kubernetes.api.model.rbac.Role;
import io.fabric8.kubernetes.api.model.rbac.RoleBinding;
import io.strimzi.api.kafka.model.kafka.Kafka;
import io.strimzi.api.kafka.model.nodepool.KafkaNodePool;
import io.strimzi.api.kafka.model.user.KafkaUser;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Whether the fields of a manifest are those of its kind, and of the right types: by the models of
 * the Kubernetes API, of Strimzi and of cert-manager, and by shapes of our own where there are
 * none.
 */
final class Fields {
  private static final Map<String, Class<?>> MODELS =
      Map.ofEntries(
          Map.entry("v1 ConfigMap", ConfigMap.class),
          Map.entry("v1 Namespace", Namespace.class),
          Map.entry("v1 Secret", Secret.class),
          Map.entry("v1 Service", Service.class),
          Map.entry("v1 ServiceAccount", ServiceAccount.class),
          Map.entry("apps/v1 DaemonSet", DaemonSet.class),
          Map.entry("apps/v1 Deployment", Deployment.class),
          Map.entry("apps/v1 StatefulSet", StatefulSet.class),
          Map.entry("autoscaling/v2 HorizontalPodAutoscaler", HorizontalPodAutoscaler.class),
          Map.entry("networking.k8s.io/v1 NetworkPolicy", NetworkPolicy.class),
          Map.entry("policy/v1 PodDisruptionBudget", PodDisruptionBudget.class),
          Map.entry("rbac.authorization.k8s.io/v1 Role", Role.class),
          Map.entry("rbac.authorization.k8s.io/v1 RoleBinding", RoleBinding.class),
          Map.entry("cert-manager.io/v1 Certificate", Certificate.class),
          Map.entry("cert-manager.io/v1 Issuer", Issuer.class),
          Map.entry("kafka.strimzi.io/v1 Kafka", Kafka.class),
          Map.entry("kafka.strimzi.io/v1 KafkaNodePool", KafkaNodePool.class),
          Map.entry("kafka.strimzi.io/v1 KafkaUser", KafkaUser.class));

  private static final Set<String> SHAPED =
      Set.of("postgresql.cnpg.io/v1 Cluster", "kustomize.config.k8s.io/v1beta1 Kustomization");

  /** Texts of which the API takes a few only, where the models take any. */
  private static final Map<String, Set<String>> WORDS =
      Map.of(
          "protocol", Set.of("TCP", "UDP", "SCTP"),
          "scheme", Set.of("HTTP", "HTTPS"),
          "imagePullPolicy", Set.of("Always", "IfNotPresent", "Never"),
          "whenUnsatisfiable", Set.of("DoNotSchedule", "ScheduleAnyway"),
          "policyTypes", Set.of("Ingress", "Egress"),
          "accessModes",
              Set.of("ReadWriteOnce", "ReadWriteOncePod", "ReadOnlyMany", "ReadWriteMany"),
          "dnsPolicy", Set.of("ClusterFirst", "ClusterFirstWithHostNet", "Default", "None"),
          "externalTrafficPolicy", Set.of("Cluster", "Local"),
          "verbs", Set.of("create", "delete", "get", "list", "patch", "update", "watch"),
          "patternType", Set.of("literal", "prefix"));

  /** Takes nothing for something else, and tells what it does not know. */
  private static final JsonMapper MAPPER =
      JsonMapper.builder()
          .annotationIntrospector(new NothingElse())
          .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
          .withCoercionConfig(
              LogicalType.Textual,
              texts ->
                  texts
                      .setCoercion(CoercionInputShape.Integer, CoercionAction.Fail)
                      .setCoercion(CoercionInputShape.Float, CoercionAction.Fail)
                      .setCoercion(CoercionInputShape.Boolean, CoercionAction.Fail))
          .addHandler(new Unknown())
          .build();

  /** Gets what is not known. */
  private interface Found {
    void unknown(String path, Class<?> owner);
  }

  private static final class Unknown extends DeserializationProblemHandler {
    @Override
    public boolean handleUnknownProperty(
        DeserializationContext context,
        JsonParser parser,
        JsonDeserializer<?> deserializer,
        Object owner,
        String name)
        throws IOException {
      if (context.getAttribute(Found.class) instanceof Found found) {
        found.unknown(
            path(parser.getParsingContext().pathAsPointer().toString()),
            owner instanceof Class<?> type ? type : owner.getClass());
      }
      parser.skipChildren();
      return true;
    }
  }

  private Fields() {}

  static List<Problem> check(Manifest manifest) {
    List<Problem> problems = new ArrayList<>();
    Class<?> model = MODELS.get(manifest.type());
    if (model != null) {
      against(model, manifest.tree(), "", manifest, problems);
    } else if (SHAPED.contains(manifest.type())) {
      ofShape(manifest, problems);
    } else {
      problems.add(
          manifest.problem("kind", "nothing is known of \"%s\" here".formatted(manifest.type())));
    }
    words("", manifest.tree(), manifest, problems);
    return problems;
  }

  private static void against(
      Class<?> model, JsonNode tree, String within, Manifest manifest, List<Problem> problems) {
    try {
      MAPPER
          .readerFor(model)
          .withAttribute(
              Found.class,
              (Found)
                  (path, owner) ->
                      problems.add(
                          manifest.problem(
                              within + path, "there is no such field of " + owner.getSimpleName())))
          .readValue(tree);
    } catch (JsonMappingException e) {
      StringBuilder at = new StringBuilder(within);
      for (var step : e.getPath()) {
        at.append(
            step.getFieldName() == null ? "[" + step.getIndex() + "]" : "." + step.getFieldName());
      }
      String path = at.toString();
      problems.add(
          manifest.problem(
              path.startsWith(".") ? path.substring(1) : path, e.getOriginalMessage()));
    } catch (IOException e) {
      problems.add(manifest.problem(within, String.valueOf(e.getMessage())));
    }
  }

  /** The models keep what they do not know aside, so that it is not lost; here it is a mistake. */
  private static final class NothingElse extends JacksonAnnotationIntrospector {
    private static final long serialVersionUID = 1L;

    @Override
    public Boolean hasAnySetter(Annotated any) {
      return false;
    }

    @Override
    public JsonIgnoreProperties.Value findPropertyIgnoralByName(
        MapperConfig<?> config, Annotated any) {
      return JsonIgnoreProperties.Value.empty();
    }
  }

  private static void ofShape(Manifest manifest, List<Problem> problems) {
    String file = "/shapes/" + manifest.kind() + ".yaml";
    JsonNode shape;
    try (InputStream in = Objects.requireNonNull(Fields.class.getResourceAsStream(file))) {
      shape =
          Manifest.read(List.of(file), new String(in.readAllBytes(), StandardCharsets.UTF_8))
              .getFirst()
              .tree();
    } catch (IOException e) {
      throw new AssertionError(file, e);
    }
    manifest
        .tree()
        .properties()
        .forEach(entry -> {
          switch (entry.getKey()) {
            case "apiVersion", "kind" -> {}
            case "metadata" ->
                against(ObjectMeta.class, entry.getValue(), "metadata", manifest, problems);
            default ->
                compare(
                    entry.getKey(),
                    entry.getValue(),
                    shape.get(entry.getKey()),
                    manifest,
                    problems);
          }
        });
  }

  private static void compare(
      String path,
      JsonNode tree,
      @Nullable JsonNode shape,
      Manifest manifest,
      List<Problem> problems) {
    if (shape == null) {
      problems.add(manifest.problem(path, "there is no such field of " + manifest.kind()));
    } else if (shape.isObject() && tree.isObject()) {
      tree.properties()
          .forEach(entry ->
              compare(
                  path + "." + entry.getKey(),
                  entry.getValue(),
                  shape.has("*") ? shape.get("*") : shape.get(entry.getKey()),
                  manifest,
                  problems));
    } else if (shape.isArray() && tree.isArray()) {
      for (int i = 0; i < tree.size(); i++) {
        compare(path + "[" + i + "]", tree.get(i), shape.get(0), manifest, problems);
      }
    } else {
      boolean fits =
          switch (shape.asText("a mapping or a list")) {
            case "string" -> tree.isTextual();
            case "integer" -> tree.isIntegralNumber();
            case "boolean" -> tree.isBoolean();
            default -> false;
          };
      if (!fits) {
        problems.add(
            manifest.problem(path, "%s is no %s".formatted(tree, shape.asText("such thing"))));
      }
    }
  }

  private static void words(String path, JsonNode tree, Manifest manifest, List<Problem> problems) {
    tree.properties()
        .forEach(entry -> {
          String below = path.isEmpty() ? entry.getKey() : path + "." + entry.getKey();
          Set<String> words = WORDS.get(entry.getKey());
          JsonNode value = entry.getValue();
          if (words != null) {
            for (JsonNode word : value.isArray() ? value : List.of(value)) {
              // In a patch, null takes the field away.
              if (!word.isNull() && !words.contains(word.asText())) {
                problems.add(manifest.problem(below, word + " is none of " + words));
              }
            }
          }
          words(below, value, manifest, problems);
        });
    if (tree.isArray()) {
      for (int i = 0; i < tree.size(); i++) {
        words(path + "[" + i + "]", tree.get(i), manifest, problems);
      }
    }
  }

  private static String path(String pointer) {
    return pointer
        .substring(1)
        .replaceAll("/(\\d+)(?=/|$)", "[$1]")
        .replace('/', '.')
        .replace("~1", "/");
  }
}
