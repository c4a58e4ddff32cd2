package io.longshore.systemtests;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaAnnotation;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.properties.HasAnnotations;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiPredicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** How Longshore's modules are laid out, as rules over their classes. */
final class Rules {
  private static final Pattern MODULE = Pattern.compile("io\\.longshore\\.([a-z]+)(\\..*)?");
  private static final Set<String> CHANNELS = Set.of("Incoming", "Outgoing", "Channel");
  private static final Set<String> CLOCKS =
      Set.of(
          "java.time.Instant.now",
          "java.time.LocalDateTime.now",
          "java.time.ZonedDateTime.now",
          "java.lang.System.currentTimeMillis",
          "java.lang.System.nanoTime",
          "java.lang.Thread.sleep",
          "java.time.Clock.systemUTC",
          "java.time.Clock.systemDefaultZone",
          "java.time.Clock.system",
          "java.time.InstantSource.system",
          "java.util.UUID.randomUUID",
          "java.lang.Math.random",
          "java.util.Random.<init>",
          "java.security.SecureRandom.<init>",
          "java.util.concurrent.ThreadLocalRandom.current",
          "java.util.random.RandomGenerator.getDefault");

  static final ArchRule CORE_KNOWS_ONLY_ITSELF =
      classes()
          .that()
          .resideInAPackage("io.longshore.*.core..")
          .should(
              new ArchCondition<>("depend only on the JDK, the messages and their own core") {
                @Override
                public void check(JavaClass type, ConditionEvents events) {
                  String own = "io.longshore." + module(type) + ".core";
                  type.getDirectDependenciesFromSelf().stream()
                      .filter(d -> !mayBeInCore(d.getTargetClass().getBaseComponentType(), own))
                      .forEach(
                          d -> events.add(SimpleConditionEvent.violated(d, d.getDescription())));
                }
              })
          .because("decisions must be testable and repeatable");

  static final ArchRule CORE_DRAWS_NEITHER_TIME_NOR_CHANCE =
      classes()
          .that()
          .resideInAPackage("io.longshore.*.core..")
          .should(
              new ArchCondition<>("be given times, ids and chance") {
                @Override
                public void check(JavaClass type, ConditionEvents events) {
                  type.getAccessesFromSelf().stream()
                      .filter(access ->
                          CLOCKS.contains(
                              access.getTargetOwner().getFullName()
                                  + "."
                                  + access.getTarget().getName()))
                      .forEach(access ->
                          events.add(
                              SimpleConditionEvent.violated(access, access.getDescription())));
                }
              })
          .because("the same input has to give the same decision");

  static final ArchRule NOBODY_CALLS_BACK_INTO_INBOUND =
      noClasses()
          .that()
          .resideInAnyPackage(
              "io.longshore.*.core..", "io.longshore.*.store..", "io.longshore.*.outbound..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("io.longshore.*.inbound..")
          .because("what comes in drives the rest, never the other way");

  static final ArchRule STORE_SENDS_NOTHING =
      noClasses()
          .that()
          .resideInAPackage("io.longshore.*.store..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("io.longshore.*.outbound..", "io.longshore.*.inbound..")
          .because("rows know nothing of the wire");

  static final ArchRule ROWS_STAY_IN_THE_STORE =
      noClasses()
          .that()
          .resideOutsideOfPackage("io.longshore.*.store..")
          .should()
          .dependOnClassesThat(
              new DescribedPredicate<>("are rows of a database") {
                @Override
                public boolean test(JavaClass type) {
                  return type.getAnnotations().stream()
                      .anyMatch(a -> a.getRawType().getSimpleName().equals("Entity"));
                }
              });

  static final ArchRule NAMES_SAY_SOMETHING =
      noClasses()
          .should()
          .haveNameMatching(".*(Manager|Helper|Helpers|Util|Utils|Impl)(\\$.*)?")
          .because("such names say nothing");

  static final ArchRule SERVICES_KNOW_NOT_EACH_OTHER =
      classes()
          .that()
          .resideInAnyPackage(
              "io.longshore.api..",
              "io.longshore.scheduler..",
              "io.longshore.runner..",
              "io.longshore.balancer..")
          .should(
              new ArchCondition<>("know of Longshore only their own module, messages and tracing") {
                @Override
                public void check(JavaClass type, ConditionEvents events) {
                  type.getDirectDependenciesFromSelf().stream()
                      .filter(d -> {
                        String other = module(d.getTargetClass().getBaseComponentType());
                        return !other.isEmpty()
                            && !other.equals("messages")
                            && !other.equals("tracing")
                            && !other.equals(module(type));
                      })
                      .forEach(
                          d -> events.add(SimpleConditionEvent.violated(d, d.getDescription())));
                }
              });

  static final ArchRule CHANNELS_CARRY_THEIR_MODULES_NAME =
      classes()
          .should(
              new ArchCondition<>("name channels after their module") {
                @Override
                public void check(JavaClass type, ConditionEvents events) {
                  channels(type)
                      .filter(channel -> !channel.startsWith(module(type) + "-"))
                      .forEach(channel ->
                          events.add(
                              SimpleConditionEvent.violated(
                                  type, type.getName() + " has the channel " + channel)));
                }
              })
          .because("all services may run in one process");

  static final Map<String, ArchRule> ALL =
      Map.of(
          "core knows only itself", CORE_KNOWS_ONLY_ITSELF,
          "core draws neither time nor chance", CORE_DRAWS_NEITHER_TIME_NOR_CHANCE,
          "nobody calls back into inbound", NOBODY_CALLS_BACK_INTO_INBOUND,
          "store sends nothing", STORE_SENDS_NOTHING,
          "rows stay in the store", ROWS_STAY_IN_THE_STORE,
          "names say something", NAMES_SAY_SOMETHING,
          "services know not each other", SERVICES_KNOW_NOT_EACH_OTHER,
          "channels carry their module's name", CHANNELS_CARRY_THEIR_MODULES_NAME);

  private Rules() {}

  private static boolean mayBeInCore(JavaClass type, String own) {
    BiPredicate<String, String> inside =
        (name, parent) -> name.equals(parent) || name.startsWith(parent + ".");
    String name = type.getPackageName();
    return type.isPrimitive()
        || List.of("java", "javax.crypto", "org.jspecify", "io.longshore.messages", own).stream()
            .anyMatch(parent -> inside.test(name, parent));
  }

  /** Such as {@code api}; empty for classes that are none of Longshore's. */
  private static String module(JavaClass type) {
    Matcher matcher = MODULE.matcher(type.getPackageName());
    return matcher.matches() ? matcher.group(1) : "";
  }

  private static Stream<String> channels(JavaClass type) {
    Stream<HasAnnotations<?>> places =
        Stream.of(
                type.getMethods().stream(),
                type.getFields().stream(),
                type.getCodeUnits().stream().flatMap(unit -> unit.getParameters().stream()))
            .flatMap(each -> each)
            .map(each -> (HasAnnotations<?>) each);
    return places
        .flatMap(place -> place.getAnnotations().stream())
        .filter(annotation -> CHANNELS.contains(annotation.getRawType().getSimpleName()))
        .map(Rules::value);
  }

  private static String value(JavaAnnotation<?> annotation) {
    return String.valueOf(annotation.get("value").orElse(""));
  }
}
