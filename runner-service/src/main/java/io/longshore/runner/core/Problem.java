package io.longshore.runner.core;

/** Why an engine did not do what it was asked. */
public enum Problem {
  /** The image is not on this host; where it is pulled by a start, it cannot be had at all. */
  IMAGE_MISSING,
  /** What the container is to be given, such as a secret, cannot be had; asked often enough. */
  UNPROVIDED,
  /** The engine understood and said no; asking again would not help. */
  REFUSED,
  /** Nobody knows whether it was done: the engine did not answer, or not in time. Ask again. */
  UNREACHABLE
}
