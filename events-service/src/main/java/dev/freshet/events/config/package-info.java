/// Settings of this service.
@NullMarked
package dev.freshet.events.config;

import org.jspecify.annotations.NullMarked;
