/// Channel names, their grammar, and the patterns that grant access to them.
@NullMarked
package dev.freshet.contract.channel;

import org.jspecify.annotations.NullMarked;
