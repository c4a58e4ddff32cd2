package io.longshore.balancer.inbound;

/** Tells a connection that its listener is closed: it ends when nothing is under way on it. */
enum Departure {
  NOW
}
