/// What queries share at the HTTP edge.
@NullMarked
package dev.freshet.push.http;

import org.jspecify.annotations.NullMarked;
