/** The check of the manifests for Kubernetes, and the proof that it finds mistakes. */
@NullMarked
package io.longshore.k8s;

import org.jspecify.annotations.NullMarked;
