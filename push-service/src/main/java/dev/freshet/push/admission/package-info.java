/// Who may open a stream: tokens and single-use tickets.
@NullMarked
package dev.freshet.push.admission;

import org.jspecify.annotations.NullMarked;
