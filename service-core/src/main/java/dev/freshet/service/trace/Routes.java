package dev.freshet.service.trace;

import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// The paths of all commands, without the names in them: a span's name may not be another one for each user.
///
/// Quarkus REST knows them too, but tells them only where its own extensions for metrics or traces ask for them on
/// every request.
public final class Routes {

    private static final List<List<String>> ALL = List.of(
            split("/api/events"),
            split("/api/users/{id}/events"),
            split("/api/users/{id}/disconnect"),
            split("/api/broadcasts/{name}/events"),
            split("/api/rooms/{room}/events"),
            split("/api/documents/{id}/content"),
            split("/api/documents/{id}/cursor"),
            split("/api/orders/{id}/complete"),
            split("/api/ws/ticket"));

    private Routes() {}

    /// `null` for a path that is none of a command.
    public static @Nullable String of(@Nullable String path) {
        List<String> parts = split(Objects.requireNonNullElse(path, ""));
        for (List<String> route : ALL) {
            if (fits(parts, route)) {
                return "/" + String.join("/", route);
            }
        }
        return null;
    }

    private static boolean fits(List<String> parts, List<String> route) {
        if (parts.size() != route.size()) {
            return false;
        }
        for (int i = 0; i < parts.size(); i++) {
            if (!route.get(i).startsWith("{") && !route.get(i).equals(parts.get(i))) {
                return false;
            }
        }
        return true;
    }

    private static List<String> split(String path) {
        return List.of((path.startsWith("/") ? path.substring(1) : path).split("/", -1));
    }
}
