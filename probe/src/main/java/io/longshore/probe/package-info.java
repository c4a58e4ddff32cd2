/** What images check their service with, as they have neither a shell nor curl. */
@NullMarked
package io.longshore.probe;

import org.jspecify.annotations.NullMarked;
