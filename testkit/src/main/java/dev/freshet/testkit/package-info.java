/// What the tests of every module need: real Redis servers, tokens, free ports. Never on a service's class path.
@NullMarked
package dev.freshet.testkit;

import org.jspecify.annotations.NullMarked;
