/** The scheduler as a Quarkus application: wiring, health and settings. */
@NullMarked
package io.longshore.scheduler;

import org.jspecify.annotations.NullMarked;
