/**
 * All services in one process, with a broker and a database beside it, and the command line around
 * that. It wires and it talks to people; it decides nothing.
 */
@NullMarked
package io.longshore.standalone;

import org.jspecify.annotations.NullMarked;
