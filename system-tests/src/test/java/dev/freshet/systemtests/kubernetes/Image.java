package dev.freshet.systemtests.kubernetes;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/// What a container's image brings along, by paths of the container.
///
/// @param folder below which its own files are
/// @param entrypoint unless the manifest has a command
/// @param links files and folders of this machine
/// @param programs what is found first on the `PATH`: bodies of shell scripts by name
/// @param listening variables that tell its process to listen on the pod's address only: there it has an interface
///     of its own, and takes all there are
public record Image(
        String folder,
        List<String> entrypoint,
        Map<String, Path> links,
        Map<String, String> programs,
        List<String> listening) {}
