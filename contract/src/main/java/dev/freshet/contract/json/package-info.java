/// JSON as bytes: the one check that text is JSON, small, shallow and minified.
@NullMarked
package dev.freshet.contract.json;

import org.jspecify.annotations.NullMarked;
