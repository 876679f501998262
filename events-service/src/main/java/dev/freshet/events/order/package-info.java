/// The sample of the guides: an order is completed. For development only.
@NullMarked
package dev.freshet.events.order;

import org.jspecify.annotations.NullMarked;
