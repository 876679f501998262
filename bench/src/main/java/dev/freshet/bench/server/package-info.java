/// What is measured: Freshet, the limit program, and peers where they are installed.
@NullMarked
package dev.freshet.bench.server;

import org.jspecify.annotations.NullMarked;
