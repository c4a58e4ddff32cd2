package io.longshore.api.inbound.rest;

import io.longshore.api.inbound.Shape;

/**
 * What an operation calls the parts of a page. Under {@code /v1} they are {@code limit} and {@code
 * nextToken}, whosever operation it is.
 *
 * @param limit member of the request: how many items
 * @param token member of the request: where the page begins
 * @param next member of the answer: where the next page begins
 */
record Paging(String limit, String token, String next) {
  private static final Paging OF_ECS = new Paging("maxResults", "nextToken", "nextToken");
  private static final Paging OF_ELB = new Paging("PageSize", "Marker", "NextMarker");

  static Paging of(Shape.Structure request) {
    return request.members().containsKey(OF_ELB.token()) ? OF_ELB : OF_ECS;
  }
}
