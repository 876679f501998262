/// Who is calling, and what they may follow and publish to.
@NullMarked
package dev.freshet.service.identity;

import org.jspecify.annotations.NullMarked;
