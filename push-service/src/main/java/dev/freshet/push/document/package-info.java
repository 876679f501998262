/// Snapshots of shared documents.
@NullMarked
package dev.freshet.push.document;

import org.jspecify.annotations.NullMarked;
