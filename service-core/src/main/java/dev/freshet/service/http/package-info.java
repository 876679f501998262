/// What all services share at the HTTP edge.
@NullMarked
package dev.freshet.service.http;

import org.jspecify.annotations.NullMarked;
