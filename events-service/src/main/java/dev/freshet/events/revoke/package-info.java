/// `POST /api/users/{id}/disconnect`: ends what a user was given until now.
@NullMarked
package dev.freshet.events.revoke;

import org.jspecify.annotations.NullMarked;
