package io.longshore.runner;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.time.Instant;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** What may depend on what. */
class LayersTest {
  private static final JavaClasses RUNNER =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages("io.longshore.runner");

  @Test
  void coreKnowsNothingButTheContractAndItself() {
    classes()
        .that()
        .resideInAPackage("..runner.core")
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage(
            "java..", "org.jspecify..", "io.longshore.messages", "io.longshore.runner.core")
        .because("decisions must be testable and repeatable")
        .check(RUNNER);
  }

  @Test
  void coreReadsNoClockAndDrawsNoIds() {
    noClasses()
        .that()
        .resideInAPackage("..runner.core")
        .should()
        .callMethod(Instant.class, "now")
        .orShould()
        .callMethod(UUID.class, "randomUUID")
        .orShould()
        .callMethod(System.class, "currentTimeMillis")
        .orShould()
        .callMethod(System.class, "nanoTime")
        .because("time and identity are passed in")
        .check(RUNNER);
  }

  @Test
  void driversAndAgentsKnowNothingOfKafka() {
    noClasses()
        .that()
        .resideInAnyPackage("..runner.engine..", "..runner.agent", "..runner.core")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("org.apache.kafka..", "..runner.inbound", "..runner.outbound")
        .because("Kafka is at the edge")
        .check(RUNNER);
  }

  @Test
  void agentsKnowNoParticularDriver() {
    noClasses()
        .that()
        .resideInAnyPackage("..runner.agent", "..runner.inbound", "..runner.outbound")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "..engine.docker", "..engine.process", "..engine.kubernetes", "..engine.simulated")
        .because("drivers are behind one port")
        .check(RUNNER);
  }
}
