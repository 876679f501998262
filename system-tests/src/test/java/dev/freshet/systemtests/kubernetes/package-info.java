/// As much of Kubernetes as a rollout on one machine needs: manifests, pods with their probes, Deployments,
/// Services.
@NullMarked
package dev.freshet.systemtests.kubernetes;

import org.jspecify.annotations.NullMarked;
