/// Whether this pod should get connections.
@NullMarked
package dev.freshet.push.lifecycle;

import org.jspecify.annotations.NullMarked;
