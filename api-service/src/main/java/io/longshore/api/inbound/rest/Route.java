package io.longshore.api.inbound.rest;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One line of the table: a method and a path, the operation behind them, where the members of its
 * request come from, and what of its answer is shown.
 *
 * @param method of HTTP, in upper case
 * @param summary one sentence
 * @param given members of the request that follow from the path, each as a text with the path's
 *     parameters in it, or as a tree of such texts; a parameter that is in none of them is the
 *     member of its own name
 * @param always members of the request that are always the same
 * @param query members of the request that may be in the query
 * @param body whether the other members come in a body
 * @param status of success, 200 to 299
 * @param location where a resource that was made can be found, a path with parameters of this path
 *     or members of the representation in it; a member that is an ARN by the id at its end
 * @param versioned whether the resource has a version, which {@code If-Match} compares
 */
record Route(
    String method,
    PathTemplate path,
    String operation,
    String summary,
    Map<String, Object> given,
    Map<String, Object> always,
    List<String> query,
    boolean body,
    Shown shown,
    int status,
    @Nullable PathTemplate location,
    boolean versioned) {

  /** What of an operation's answer is the representation. */
  sealed interface Shown {
    /** Nothing: there is no body. */
    record Nothing() implements Shown {}

    /**
     * A member of the answer.
     *
     * @param beside further members of the answer that are shown as members of the first
     */
    record Member(String name, List<String> beside) implements Shown {}

    /** The only item of a list; the answer's failures say why it is not there. */
    record Item(String list) implements Shown {}

    /** The whole answer, as long as the list has an item; otherwise its failures. */
    record Whole(String list) implements Shown {}

    /**
     * A page of what the answer names.
     *
     * @param names the list
     * @param key the member of the list's items that is their name; null when they are names
     * @param described null when the list is shown as it is
     * @param atMost how many a page may have
     */
    record Page(String names, @Nullable String key, @Nullable Described described, int atMost)
        implements Shown {
      Page(String names, @Nullable String key, Described described) {
        this(names, key, described, 100);
      }

      Page(String names, @Nullable Described described) {
        this(names, null, described, 100);
      }

      Page(String names, int atMost) {
        this(names, null, null, atMost);
      }
    }
  }

  /**
   * How what a list names is described.
   *
   * @param member of the describing request; a list, or one text when {@code atMost} is 1
   * @param atMost how many may be asked for at once
   * @param each what of the answer is shown
   * @param plural the name of the list that is shown
   */
  record Described(
      String operation,
      String member,
      int atMost,
      Map<String, Object> always,
      Shown each,
      String plural) {}

  static Route get(String path, String operation, String summary) {
    return of("GET", path, operation, summary, 200);
  }

  static Route post(String path, String operation, String summary) {
    return of("POST", path, operation, summary, 201).withBody();
  }

  static Route patch(String path, String operation, String summary) {
    return of("PATCH", path, operation, summary, 200).withBody();
  }

  static Route put(String path, String operation, String summary) {
    return of("PUT", path, operation, summary, 200).withBody();
  }

  static Route delete(String path, String operation, String summary) {
    return of("DELETE", path, operation, summary, 200);
  }

  private static Route of(
      String method, String path, String operation, String summary, int status) {
    return new Route(
        method,
        new PathTemplate(path),
        operation,
        summary,
        Map.of(),
        Map.of(),
        List.of(),
        false,
        new Shown.Nothing(),
        status,
        null,
        false);
  }

  /** A member of the request from the path's parameters. */
  Route given(String member, Object template) {
    Map<String, Object> next = new LinkedHashMap<>(given);
    next.put(member, template);
    return new Route(
        method, path, operation, summary, next, always, query, body, shown, status, location,
        versioned);
  }

  Route always(String member, Object value) {
    Map<String, Object> next = new LinkedHashMap<>(always);
    next.put(member, value);
    return new Route(
        method, path, operation, summary, given, next, query, body, shown, status, location,
        versioned);
  }

  Route query(String... members) {
    List<String> next = new ArrayList<>(query);
    next.addAll(List.of(members));
    return new Route(
        method, path, operation, summary, given, always, next, body, shown, status, location,
        versioned);
  }

  private Route withBody() {
    return new Route(
        method, path, operation, summary, given, always, query, true, shown, status, location,
        versioned);
  }

  Route shows(Shown next) {
    return new Route(
        method, path, operation, summary, given, always, query, body, next, status, location,
        versioned);
  }

  Route status(int next) {
    return new Route(
        method, path, operation, summary, given, always, query, body, shown, next, location,
        versioned);
  }

  Route at(String next) {
    return new Route(
        method,
        path,
        operation,
        summary,
        given,
        always,
        query,
        body,
        shown,
        status,
        new PathTemplate(next),
        versioned);
  }

  Route isVersioned() {
    return new Route(
        method, path, operation, summary, given, always, query, body, shown, status, location,
        true);
  }

  /** The members of the request that follow from the path, and what each follows from. */
  Map<String, Object> members() {
    Map<String, Object> result = new LinkedHashMap<>();
    String used = given.values().toString();
    for (String parameter : path.parameters()) {
      if (!used.contains("{" + parameter + "}")) {
        result.put(parameter, "{" + parameter + "}");
      }
    }
    result.putAll(given);
    return result;
  }
}
