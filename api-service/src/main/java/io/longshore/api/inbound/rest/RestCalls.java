package io.longshore.api.inbound.rest;

import io.longshore.api.core.EcsException;
import io.longshore.api.core.Members;
import io.longshore.api.core.Names;
import io.longshore.api.inbound.AwsJson;
import io.longshore.api.inbound.AwsJson.Dialect;
import io.longshore.api.inbound.Fingerprint;
import io.longshore.api.inbound.Operations;
import io.longshore.api.inbound.Shape;
import io.longshore.api.inbound.balancing.PlainText;
import io.longshore.api.inbound.rest.Route.Described;
import io.longshore.api.inbound.rest.Route.Shown;
import io.longshore.api.outbound.Call;
import io.longshore.api.store.AccountStore;
import io.longshore.api.store.ClusterStore;
import io.longshore.api.store.ServiceStore;
import io.longshore.messages.ClusterName;
import io.longshore.messages.Ids;
import io.longshore.messages.ServiceName;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Carries out a line of the table: makes the request of an operation, asks the operation, and takes
 * the representation out of its answer. Called on virtual threads.
 */
@ApplicationScoped
class RestCalls {
  /** How many items a page has unless the query says. */
  private static final int PAGE = 20;

  private final TableOperations operations;
  private final BalancingNames balancing;
  private final ClusterStore clusterStore;
  private final ServiceStore serviceStore;
  private final AccountStore account;
  private final Names names;

  RestCalls(
      TableOperations operations,
      BalancingNames balancing,
      ClusterStore clusterStore,
      ServiceStore serviceStore,
      AccountStore account,
      Names names) {
    this.operations = operations;
    this.balancing = balancing;
    this.clusterStore = clusterStore;
    this.serviceStore = serviceStore;
    this.account = account;
    this.names = names;
  }

  /**
   * Who calls.
   *
   * @param idempotencyKey null when the call may not be repeated
   * @param expectedVersion null for any
   */
  record Caller(
      @Nullable String idempotencyKey, @Nullable Long expectedVersion, String traceparent) {
    private Call call(String operation, Members request) {
      // What is expected is a part of the call: after a refusal it is repeated with another
      // version.
      String id =
          idempotencyKey == null
              ? null
              : "idempotency-key/%s/%s".formatted(expectedVersion, idempotencyKey);
      return new Call(operation, id, Fingerprint.of(request), traceparent, expectedVersion);
    }
  }

  /** The members a body may have: those that are not given otherwise. */
  static Shape.Structure bodyShape(Route route, Shape.Structure request) {
    Map<String, Shape> members = new LinkedHashMap<>(request.members());
    members.keySet().removeAll(route.members().keySet());
    members.keySet().removeAll(route.always().keySet());
    return new Shape.Structure(request.name(), members);
  }

  /**
   * The request of the operation.
   *
   * @param parameters of the path
   * @param query its values by their names, in the order given
   * @throws EcsException for a member that is not known, or not of its type; with its name
   */
  Members request(
      Route route, Map<String, String> parameters, Map<String, List<String>> query, byte[] body) {
    Shape.Structure shape = operations.find(route.operation()).request();
    Map<String, Object> members = new LinkedHashMap<>();
    if (route.body()) {
      members.putAll(AwsJson.read(body, bodyShape(route, shape), Dialect.PLAIN).values());
    } else if (body.length > 0) {
      throw EcsException.invalid(
          "%s %s takes no body.".formatted(route.method(), route.path().text()));
    }
    members.putAll(QueryMembers.read(route, shape, query));
    if (route.shown() instanceof Shown.Page page) {
      members.putIfAbsent(Paging.of(shape).limit(), Math.min(PAGE, page.atMost()));
    }
    Map<String, String> given = balancing.inArns(parameters);
    route
        .members()
        .forEach((member, template) -> {
          Shape type = shape.members().get(member);
          if (type != null) {
            members.put(
                member, QueryMembers.tree(member, type, PathTemplate.tree(template, given)));
          }
        });
    members.putAll(route.always());
    if (operations.origin(route.operation()) == TableOperations.Origin.ELB) {
      PlainText.check(members, "");
    }
    return new Members(members);
  }

  /** The representation, or null when there is none to show. */
  @Nullable Members answer(Route route, Caller caller, Members request) {
    Operations.Answering operation = operations.find(route.operation());
    Members asked = request;
    if (caller.idempotencyKey() != null
        && operation.request().members().containsKey("clientToken")) {
      asked =
          request.withDefault(
              "clientToken", Ids.derive("idempotency-key", caller.idempotencyKey()));
    }
    Members answer = ask(route.operation(), caller, asked);
    return switch (route.shown()) {
      case Shown.Nothing nothing -> null;
      case Shown.Page page -> page(route, page, caller, asked, answer);
      case Shown.Member member -> one(member, answer);
      case Shown.Item item -> one(item, answer);
      case Shown.Whole whole -> {
        if (!whole.list().isEmpty() && answer.objects(whole.list()).isEmpty()) {
          throw failure(answer);
        }
        yield answer;
      }
    };
  }

  private Members ask(String operation, Caller caller, Members request) {
    Members answer =
        operations.find(operation).operation().answer(caller.call(operation, request), request);
    return PlainTimes.in(answer, operations.response(operation));
  }

  private static Members one(Shown shown, Members answer) {
    return switch (shown) {
      case Shown.Member member -> {
        Members object = answer.object(member.name());
        yield (object == null ? Members.NONE : object).over(answer.only(member.beside()));
      }
      case Shown.Item item -> {
        List<Members> items = answer.objects(item.list());
        if (items.isEmpty()) {
          throw failure(answer);
        }
        yield items.getFirst();
      }
      case Shown.Nothing nothing -> Members.NONE;
      case Shown.Whole whole -> answer;
      case Shown.Page page -> answer;
    };
  }

  /** ECS tells of what is missing, or found no place, as items of a list of failures. */
  private static EcsException failure(Members answer) {
    List<Members> failures = answer.objects("failures");
    List<String> reasons =
        failures.stream().map(failure -> failure.text("reason", "unknown")).distinct().toList();
    List<String> arns =
        failures.stream()
            .map(failure -> failure.text("arn", ""))
            .filter(s -> !s.isEmpty())
            .toList();
    if (reasons.contains("MISSING")) {
      return EcsException.missing(
          "ResourceNotFoundException", "There is no %s.".formatted(String.join(", ", arns)));
    }
    return new EcsException(
        "ConflictException",
        409,
        "Nothing was done: %s.".formatted(String.join(", ", reasons)),
        List.of());
  }

  private Members page(
      Route route, Shown.Page page, Caller caller, Members request, Members answer) {
    Described described = page.described();
    if (described == null) {
      Paging paging = Paging.of(operations.find(route.operation()).request());
      return answer.only(List.of(page.names())).with("nextToken", answer.text(paging.next()));
    }
    List<String> named = named(page, answer);
    List<Members> items = new ArrayList<>();
    for (int from = 0; from < named.size(); from += described.atMost()) {
      List<String> some = named.subList(from, Math.min(named.size(), from + described.atMost()));
      items.addAll(described(route, described, caller, request, some));
    }
    return Members.NONE.with(described.plural(), items).with("nextToken", answer.text("nextToken"));
  }

  private static List<String> named(Shown.Page page, Members answer) {
    String key = page.key();
    return key == null
        ? answer.texts(page.names())
        : answer.objects(page.names()).stream().map(item -> item.text(key, "")).toList();
  }

  private List<Members> described(
      Route route, Described described, Caller caller, Members request, List<String> some) {
    Shape.Structure shape = operations.find(described.operation()).request();
    List<String> shared =
        route.members().keySet().stream().filter(shape.members()::containsKey).toList();
    Members asked =
        request
            .only(shared)
            .over(new Members(described.always()))
            .with(described.member(), described.atMost() == 1 ? some.getFirst() : some);
    try {
      Members answer = ask(described.operation(), caller, asked);
      return described.each() instanceof Shown.Item item
          ? answer.objects(item.list())
          : List.of(one(described.each(), answer));
    } catch (EcsException e) {
      // Gone between the two questions.
      if (e.isMissing()) {
        return List.of();
      }
      throw e;
    }
  }

  /**
   * The version of what a versioned path names, null when it is not there. Asked before the
   * representation is read: a representation may be newer than its version says, never older.
   */
  @Nullable Long version(Map<String, String> parameters) {
    String provider = parameters.get("capacityProvider");
    if (provider != null) {
      return account.capacityProviderVersion(provider);
    }
    ClusterName cluster = names.clusterOrNull(parameters.getOrDefault("cluster", ""));
    String given = parameters.get("service");
    if (cluster == null || given == null) {
      return cluster == null ? null : clusterStore.clusterVersion(cluster);
    }
    ServiceName service = names.serviceOrNull(cluster, given);
    return service == null ? null : serviceStore.serviceVersion(cluster, service);
  }
}
