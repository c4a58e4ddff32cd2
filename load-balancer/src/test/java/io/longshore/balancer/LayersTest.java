package io.longshore.balancer;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import io.longshore.balancer.outbound.KafkaReports;
import java.time.Instant;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** What may depend on what. */
class LayersTest {
  private static final JavaClasses BALANCER =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages("io.longshore.balancer");

  @Test
  void coreKnowsNothingButTheContractAndItself() {
    classes()
        .that()
        .resideInAPackage("..balancer.core")
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage(
            "java..", "org.jspecify..", "io.longshore.messages", "io.longshore.balancer.core")
        .because("decisions must be testable and repeatable")
        .check(BALANCER);
  }

  @Test
  void coreReadsNoClockAndDrawsNoIds() {
    noClasses()
        .that()
        .resideInAPackage("..balancer.core")
        .should()
        .callMethod(Instant.class, "now")
        .orShould()
        .callMethod(UUID.class, "randomUUID")
        .orShould()
        .callMethod(System.class, "currentTimeMillis")
        .orShould()
        .callMethod(System.class, "nanoTime")
        .because("time and identity are passed in")
        .check(BALANCER);
  }

  @Test
  void nothingButTheFeedAndTheReportsKnowsOfKafka() {
    noClasses()
        .that()
        .resideInAnyPackage("..balancer.core", "..balancer.outbound")
        .and()
        .doNotHaveFullyQualifiedName(KafkaReports.class.getName())
        .should()
        .dependOnClassesThat()
        .resideInAPackage("org.apache.kafka..")
        .because("Kafka is at the edge")
        .check(BALANCER);
  }

  @Test
  void whatGoesOutKnowsNothingOfWhatCameIn() {
    noClasses()
        .that()
        .resideInAnyPackage("..balancer.core", "..balancer.outbound")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("..balancer.inbound")
        .because("decisions are between them")
        .check(BALANCER);
  }
}
