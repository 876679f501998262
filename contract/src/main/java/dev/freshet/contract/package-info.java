/// What crosses a process boundary, in plain Java: no framework type may appear here.
@NullMarked
package dev.freshet.contract;

import org.jspecify.annotations.NullMarked;
