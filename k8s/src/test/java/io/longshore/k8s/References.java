package io.longshore.k8s;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Whether what a manifest names is there: in the same overlay, made of it, or to be supplied. */
final class References {
  private final Bundle bundle;
  private final Map<String, Set<String>> secrets;
  private final List<Problem> problems = new ArrayList<>();

  private References(Bundle bundle, Map<String, Set<String>> supplied) {
    this.bundle = bundle;
    this.secrets = bundle.secrets();
    secrets.putAll(supplied);
  }

  /**
   * @param supplied the keys of Secrets that whoever applies the overlay makes, by namespace and
   *     name
   */
  static List<Problem> check(Bundle bundle, Map<String, Set<String>> supplied) {
    References references = new References(bundle, supplied);
    bundle.manifests().forEach(references::inItsNamespace);
    bundle.workloads().forEach(references::ofWorkload);
    bundle.ofKind("Service").forEach(references::ofService);
    bundle.ofKind("PodDisruptionBudget").forEach(references::ofBudget);
    bundle.ofKind("HorizontalPodAutoscaler").forEach(references::ofAutoscaler);
    bundle.ofKind("RoleBinding").forEach(references::ofBinding);
    bundle.ofKind("NetworkPolicy").forEach(references::ofPolicy);
    bundle.ofKind("Certificate").forEach(references::ofCertificate);
    bundle.ofKind("Issuer").forEach(references::ofIssuer);
    bundle.ofKind("Cluster").forEach(references::ofDatabase);
    bundle.ofKind("KafkaUser", "KafkaNodePool").forEach(references::ofKafka);
    return references.problems;
  }

  private void missing(Manifest manifest, String path, String what) {
    problems.add(manifest.problem(path, what + " is not there"));
  }

  private void inItsNamespace(Manifest manifest) {
    if (!manifest.kind().equals("Namespace")
        && bundle.find("Namespace", "", manifest.namespace()) == null) {
      missing(
          manifest, "metadata.namespace", "the namespace \"%s\"".formatted(manifest.namespace()));
    }
  }

  private void ofWorkload(Manifest workload) {
    JsonNode template = workload.template();
    JsonNode pod = template.path("spec");
    Map<String, String> labels = Manifest.texts(template.at("/metadata/labels"));
    Map<String, String> selector = workload.texts("/spec/selector/matchLabels");
    if (selector.isEmpty() || !labels.entrySet().containsAll(selector.entrySet())) {
      problems.add(
          workload.problem(
              "spec.selector.matchLabels",
              "%s does not select Pods with %s".formatted(selector, labels)));
    }
    pod.path("topologySpreadConstraints")
        .forEach(constraint -> {
          var spread = Manifest.texts(constraint.at("/labelSelector/matchLabels"));
          if (!labels.entrySet().containsAll(spread.entrySet())) {
            problems.add(
                workload.problem(
                    "spec.template.spec.topologySpreadConstraints",
                    "%s does not select its own Pods".formatted(spread)));
          }
        });
    String account = pod.path("serviceAccountName").asText("");
    if (bundle.find("ServiceAccount", workload.namespace(), account) == null) {
      missing(
          workload,
          "spec.template.spec.serviceAccountName",
          "the ServiceAccount \"%s\"".formatted(account));
    }
    if (workload.kind().equals("StatefulSet")
        && bundle.find("Service", workload.namespace(), workload.text("/spec/serviceName"))
            == null) {
      missing(
          workload,
          "spec.serviceName",
          "the Service \"%s\"".formatted(workload.text("/spec/serviceName")));
    }
    volumes(workload, pod);
    pod.path("containers").forEach(container -> environment(workload, container));
  }

  private void volumes(Manifest workload, JsonNode pod) {
    Set<String> volumes = new HashSet<>();
    pod.path("volumes")
        .forEach(volume -> {
          String name = volume.path("name").asText();
          volumes.add(name);
          JsonNode secret = volume.path("secret");
          if (!secret.isMissingNode() && !secret.path("optional").asBoolean(false)) {
            String path = "spec.template.spec.volumes[%s].secret".formatted(name);
            secret(workload, path, secret.path("secretName").asText(), null);
            secret
                .path("items")
                .forEach(item ->
                    secret(
                        workload,
                        path,
                        secret.path("secretName").asText(),
                        item.path("key").asText()));
          }
          JsonNode map = volume.path("configMap");
          if (!map.isMissingNode()) {
            configMap(workload, "spec.template.spec.volumes[%s].configMap".formatted(name), map);
          }
        });
    workload
        .at("/spec/volumeClaimTemplates")
        .forEach(claim -> volumes.add(claim.at("/metadata/name").asText()));
    Set<String> unused = new HashSet<>(volumes);
    pod.path("containers")
        .forEach(container ->
            container
                .path("volumeMounts")
                .forEach(mount -> {
                  String name = mount.path("name").asText();
                  unused.remove(name);
                  if (!volumes.contains(name)) {
                    missing(
                        workload,
                        "spec.template.spec.containers[%s].volumeMounts"
                            .formatted(container.path("name").asText()),
                        "the volume \"%s\"".formatted(name));
                  }
                }));
    unused.forEach(name ->
        problems.add(
            workload.problem(
                "spec.template.spec.volumes[%s]".formatted(name), "nothing mounts it")));
  }

  private void environment(Manifest workload, JsonNode container) {
    String path =
        "spec.template.spec.containers[%s].env".formatted(container.path("name").asText());
    container
        .path("envFrom")
        .forEach(from -> {
          if (from.has("configMapRef")) {
            configMap(workload, path + "From", from.path("configMapRef"));
          }
          if (from.has("secretRef")) {
            secret(workload, path + "From", from.at("/secretRef/name").asText(), null);
          }
        });
    container
        .path("env")
        .forEach(variable -> {
          JsonNode secret = variable.at("/valueFrom/secretKeyRef");
          if (!secret.isMissingNode()) {
            secret(
                workload,
                path + "[" + variable.path("name").asText() + "]",
                secret.path("name").asText(),
                secret.path("key").asText());
          }
        });
  }

  private void configMap(Manifest workload, String path, JsonNode reference) {
    String name = reference.path("name").asText();
    if (bundle.find("ConfigMap", workload.namespace(), name) == null) {
      missing(workload, path, "the ConfigMap \"%s\"".formatted(name));
    }
  }

  private void secret(Manifest manifest, String path, String name, @Nullable String key) {
    Set<String> keys = secrets.get(manifest.namespace() + "/" + name);
    if (keys == null) {
      missing(manifest, path, "the Secret \"%s\"".formatted(name));
    } else if (key != null && !keys.contains(key)) {
      missing(manifest, path, "the key \"%s\" of the Secret \"%s\"".formatted(key, name));
    }
  }

  private void ofService(Manifest service) {
    Map<String, String> selector = service.texts("/spec/selector");
    List<Bundle.Pods> selected =
        bundle.pods().stream()
            .filter(pods -> pods.namespace().equals(service.namespace()) && pods.match(selector))
            .toList();
    if (selector.isEmpty() || selected.isEmpty()) {
      problems.add(service.problem("spec.selector", "%s selects no Pods".formatted(selector)));
      return;
    }
    service
        .at("/spec/ports")
        .forEach(
            port -> named(service, "spec.ports.targetPort", port.path("targetPort"), selected));
  }

  private void named(Manifest manifest, String path, JsonNode port, List<Bundle.Pods> pods) {
    for (Bundle.Pods one : pods) {
      Set<String> ports = one.ports();
      if (port.isTextual() && (ports == null || !ports.contains(port.asText()))) {
        missing(manifest, path, "the port %s of %s".formatted(port, one.labels()));
      }
    }
  }

  private void ofBudget(Manifest budget) {
    Map<String, String> selector = budget.texts("/spec/selector/matchLabels");
    if (selector.isEmpty() || !bundle.anyPods(budget.namespace(), selector)) {
      problems.add(
          budget.problem("spec.selector.matchLabels", "%s selects no Pods".formatted(selector)));
    }
  }

  private void ofAutoscaler(Manifest autoscaler) {
    JsonNode target = autoscaler.at("/spec/scaleTargetRef");
    Manifest scaled =
        bundle.find(
            target.path("kind").asText(), autoscaler.namespace(), target.path("name").asText());
    if (scaled == null) {
      missing(autoscaler, "spec.scaleTargetRef", target.toString());
    } else if (!scaled.at("/spec/replicas").isMissingNode()) {
      problems.add(scaled.problem("spec.replicas", "its autoscaler says how many"));
    }
  }

  private void ofBinding(Manifest binding) {
    if (bundle.find("Role", binding.namespace(), binding.text("/roleRef/name")) == null) {
      missing(binding, "roleRef", "the Role \"%s\"".formatted(binding.text("/roleRef/name")));
    }
    binding
        .at("/subjects")
        .forEach(subject -> {
          if (bundle.find(
                  "ServiceAccount",
                  subject.path("namespace").asText(),
                  subject.path("name").asText())
              == null) {
            missing(binding, "subjects", "the ServiceAccount " + subject);
          }
        });
  }

  private void ofPolicy(Manifest policy) {
    Map<String, String> selector = policy.texts("/spec/podSelector/matchLabels");
    List<Bundle.Pods> selected =
        bundle.pods().stream()
            .filter(pods -> pods.namespace().equals(policy.namespace()) && pods.match(selector))
            .toList();
    if (!selector.isEmpty() && selected.isEmpty()) {
      problems.add(
          policy.problem("spec.podSelector.matchLabels", "%s selects no Pods".formatted(selector)));
    }
    for (JsonNode rule : policy.at("/spec/ingress")) {
      rule.path("ports")
          .forEach(port -> named(policy, "spec.ingress.ports", port.path("port"), selected));
      peers(policy, "spec.ingress.from", rule.path("from"));
    }
    for (JsonNode rule : policy.at("/spec/egress")) {
      peers(policy, "spec.egress.to", rule.path("to"));
    }
  }

  /** Those of the same namespace have to be there; others are somebody else's. */
  private void peers(Manifest policy, String path, JsonNode peers) {
    for (JsonNode peer : peers) {
      Map<String, String> selector = Manifest.texts(peer.at("/podSelector/matchLabels"));
      if (!peer.has("namespaceSelector")
          && !selector.isEmpty()
          && !bundle.anyPods(policy.namespace(), selector)) {
        problems.add(policy.problem(path, "%s selects no Pods".formatted(selector)));
      }
    }
  }

  private void ofCertificate(Manifest certificate) {
    String issuer = certificate.text("/spec/issuerRef/name");
    if (bundle.find("Issuer", certificate.namespace(), issuer) == null) {
      missing(certificate, "spec.issuerRef", "the Issuer \"%s\"".formatted(issuer));
    }
  }

  private void ofIssuer(Manifest issuer) {
    String secret = issuer.text("/spec/ca/secretName");
    if (!secret.isEmpty()) {
      secret(issuer, "spec.ca.secretName", secret, "tls.key");
    }
  }

  private void ofDatabase(Manifest cluster) {
    secret(
        cluster,
        "spec.bootstrap.initdb.secret",
        cluster.text("/spec/bootstrap/initdb/secret/name"),
        "password");
    cluster
        .at("/spec/managed/roles")
        .forEach(role ->
            secret(
                cluster,
                "spec.managed.roles.passwordSecret",
                role.at("/passwordSecret/name").asText(),
                "password"));
  }

  private void ofKafka(Manifest manifest) {
    String kafka = manifest.texts("/metadata/labels").getOrDefault("strimzi.io/cluster", "");
    if (bundle.find("Kafka", manifest.namespace(), kafka) == null) {
      missing(manifest, "metadata.labels", "the Kafka \"%s\"".formatted(kafka));
    }
  }
}
