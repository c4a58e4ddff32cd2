package io.longshore.api.inbound.balancing;

import io.longshore.api.core.Members;
import io.longshore.api.core.Pages;
import io.longshore.api.core.balancing.Requests;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.function.Function;

/** Pages in ELB's words: {@code Marker} and {@code PageSize}, and {@code NextMarker}. */
@ApplicationScoped
class Markers {
  private static final int PAGE_MAX = 400;

  /** A page may be smaller than what was asked for. */
  private static final int PAGE = 100;

  private final Pages pages;

  Markers(Pages pages) {
    this.pages = pages;
  }

  /**
   * Answers one page of a list.
   *
   * @param all in the order of their ids
   * @param scope the operation and everything that selects the listed items
   */
  <T> Members page(
      Members request,
      String member,
      List<T> all,
      Function<T, String> id,
      Function<T, Members> shown,
      String... scope) {
    int size = request.has("PageSize") ? Requests.range(request, "PageSize", 1, PAGE_MAX) : PAGE;
    Pages.Window window =
        pages.window(
            Members.NONE
                .with("maxResults", Math.min(size, PAGE))
                .with("nextToken", request.text("Marker")),
            PAGE,
            scope);
    String after = window.after();
    List<T> rest =
        all.stream()
            .filter(item -> after == null || id.apply(item).compareTo(after) > 0)
            .limit(window.size() + 1L)
            .toList();
    Pages.Page<T> page = pages.page(window, rest, id);
    return Members.NONE
        .with(member, page.items().stream().map(shown).toList())
        .with("NextMarker", page.nextToken());
  }
}
