package io.longshore.runner.engine;

import io.longshore.messages.ContainerSpec;
import io.longshore.runner.Tasks;
import io.longshore.runner.engine.kubernetes.FakeKubelet;
import io.longshore.runner.engine.kubernetes.KubernetesEngine;
import io.longshore.runner.engine.kubernetes.KubernetesSettings;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** On the mock server, with a fake node behind it; each test has a namespace to itself. */
class KubernetesEngineTest extends EngineContract {
  private static final AtomicInteger NAMESPACES = new AtomicInteger();
  private static FakeKubelet kubelet;

  private final String namespace = "test-" + NAMESPACES.incrementAndGet();

  @BeforeAll
  static void beginCluster() throws Exception {
    kubelet = new FakeKubelet();
  }

  @AfterAll
  static void endCluster() {
    kubelet.close();
  }

  @Override
  Engine open() {
    KubernetesSettings settings =
        new KubernetesSettings(namespace, null, null, true, false, Duration.ofSeconds(30));
    return new KubernetesEngine("test-host", settings, kubelet.driversClient());
  }

  /** Pods are never without one. */
  @Override
  String network() {
    return "awsvpc";
  }

  /** That of the Pod. */
  @Override
  String bound() {
    return "10\\.1\\.0\\.7";
  }

  @Override
  ContainerSpec runs(String name) {
    return program(name, "runs");
  }

  @Override
  ContainerSpec exits(String name, int code) {
    return program(name, "exits", Integer.toString(code));
  }

  @Override
  ContainerSpec stubborn(String name) {
    return program(name, "stubborn").withOrdering(Tasks.checked("CMD", "any"));
  }

  @Override
  ContainerSpec ailing(String name) {
    return program(name, "ails").withOrdering(Tasks.checked("CMD", "any"));
  }

  @Override
  ContainerSpec writes(String name, int lines, boolean holds) {
    return holds
        ? program(name, "writes", Integer.toString(lines), "holds")
        : program(name, "writes", Integer.toString(lines));
  }

  @Override
  ContainerSpec unstartable(String name) {
    return program(name, "missing");
  }

  private static ContainerSpec program(String name, String... words) {
    return Tasks.container(name, true, List.of(words), Map.of("SECRET", "x"), List.of());
  }
}
