/// What the OpenAPI document says about every call.
@NullMarked
package dev.freshet.events.openapi;

import org.jspecify.annotations.NullMarked;
