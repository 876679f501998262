/// A random model of `delivery.md`: when may a pod say "nothing is missing".
///
/// The procedure is written down twice: here, small enough to be run through thousands of disasters in seconds, and
/// in the product. Where they differ, this one is right, for someone who knows everything checks its claims.
///
/// `World` lets a `Scenario` happen to a `Cluster`. The procedure itself is in `ModelIndexer`, `ModelTrimmer` and
/// `EpochScripts` (scripts of events-service and of both), `ModelTail`, `ForkSearch` and `Window` (a pod's own
/// continuity), `Feed`, `Replay` and `Page` (cursors); its rules are listed in `Rule`. `ModelClient` and `Witness`
/// hold it to its word.
@NullMarked
package dev.freshet.push.model;

import org.jspecify.annotations.NullMarked;
