/** Pods of a Kubernetes cluster: a task is a Pod. */
@NullMarked
package io.longshore.runner.engine.kubernetes;

import org.jspecify.annotations.NullMarked;
