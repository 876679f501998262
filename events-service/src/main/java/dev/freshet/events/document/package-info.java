/// Shared documents: edits with versions, and cursors.
@NullMarked
package dev.freshet.events.document;

import org.jspecify.annotations.NullMarked;
