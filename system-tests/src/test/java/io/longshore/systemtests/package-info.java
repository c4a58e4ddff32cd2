/**
 * The whole of Longshore from outside: real processes, a real engine where one answers, and the AWS
 * SDK as any client has it. The classes that end in Test are the tests; the others start, watch and
 * clean up.
 */
@NullMarked
package io.longshore.systemtests;

import org.jspecify.annotations.NullMarked;
