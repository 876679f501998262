/// The settings of this service.
@NullMarked
package dev.freshet.ticket.config;

import org.jspecify.annotations.NullMarked;
