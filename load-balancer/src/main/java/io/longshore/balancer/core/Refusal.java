package io.longshore.balancer.core;

/**
 * Why a request is not passed on.
 *
 * @param status of HTTP, to answer before the connection is closed
 */
public record Refusal(int status, String words) {
  static Refusal malformed(String words) {
    return new Refusal(400, words);
  }
}
