/// Settings of push-service.
@NullMarked
package dev.freshet.push.config;

import org.jspecify.annotations.NullMarked;
