/// Ends the connections of users who were disconnected.
@NullMarked
package dev.freshet.push.revocation;

import org.jspecify.annotations.NullMarked;
