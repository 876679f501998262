/// What events-service and push-service share of taking events from users.
@NullMarked
package dev.freshet.service.publish;

import org.jspecify.annotations.NullMarked;
