package io.longshore.api;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import jakarta.persistence.Entity;
import java.time.Clock;
import java.time.Instant;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class LayeringTest {
  private static final JavaClasses ALL =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages("io.longshore.api");

  @Test
  void coreKnowsNothingButTheMessages() {
    classes()
        .that()
        .resideInAPackage("io.longshore.api.core..")
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage(
            "io.longshore.api.core..",
            "io.longshore.messages..",
            "java..",
            "javax.crypto..",
            "org.jspecify..")
        .check(ALL);
  }

  @Test
  void coreDrawsNeitherTimeNorChance() {
    noClasses()
        .that()
        .resideInAPackage("io.longshore.api.core..")
        .should()
        .callMethod(Instant.class, "now")
        .orShould()
        .callMethod(UUID.class, "randomUUID")
        .orShould()
        .dependOnClassesThat()
        .areAssignableTo(Clock.class)
        .check(ALL);
  }

  @Test
  void rowsStayInTheStore() {
    noClasses()
        .that()
        .resideOutsideOfPackage("io.longshore.api.store..")
        .should()
        .dependOnClassesThat()
        .areAnnotatedWith(Entity.class)
        .check(ALL);
  }
}
