package dev.freshet.service.identity;

import io.vertx.core.http.HttpServerRequest;
import jakarta.inject.Singleton;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Which pages may call with the user's cookies, open WebSockets and read answers.
@Singleton
public final class Origins {

    private final List<String> allowed;

    Origins(AuthConfig config) {
        allowed = config.origins().orElse(List.of());
        for (String origin : allowed) {
            if (!origin.matches("https?://[^/*]+(:\\*)?")) {
                throw new IllegalStateException("freshet.auth.origins: " + origin
                        + " is no origin; write scheme://host, scheme://host:port or scheme://host:*");
            }
        }
    }

    /// Whether a page of `origin` may. The request's own host always may: it is the same origin.
    public boolean allow(String origin, HttpServerRequest request) {
        return isOwn(origin, request) || isListed(origin);
    }

    /// Whether the request may use a cookie to change something. Requests of other programs than browsers carry
    /// neither `Origin` nor `Sec-Fetch-Site`, and nobody tricks such a program into sending its cookie.
    public boolean mayWriteWithCookie(HttpServerRequest request) {
        String origin = request.getHeader("Origin");
        if (origin != null) {
            return allow(origin, request);
        }
        String site = request.getHeader("Sec-Fetch-Site");
        return site == null || site.equals("same-origin") || site.equals("none");
    }

    private boolean isListed(String origin) {
        for (String entry : allowed) {
            if (entry.equals(origin) || entry.endsWith(":*") && hasAnyPort(origin, entry)) {
                return true;
            }
        }
        return false;
    }

    private static boolean hasAnyPort(String origin, String entry) {
        String host = entry.substring(0, entry.length() - 2);
        if (!origin.startsWith(host)) {
            return false;
        }
        String port = origin.substring(host.length());
        return port.isEmpty() || port.matches(":[0-9]{1,5}");
    }

    /// A proxy may have ended TLS, so a page of `https:` is the service's own also where the request came
    /// without. Not the other way round: what claims to be the same host without TLS may be somebody on the way.
    private static boolean isOwn(String origin, HttpServerRequest request) {
        String host = host(request);
        int scheme = origin.indexOf("://");
        return host != null
                && scheme > 0
                && origin.substring(scheme + 3).equalsIgnoreCase(host)
                && !(isSecure(request) && origin.startsWith("http:"));
    }

    private static boolean isSecure(HttpServerRequest request) {
        return request.isSSL() || "https".equalsIgnoreCase(request.getHeader("X-Forwarded-Proto"));
    }

    private static @Nullable String host(HttpServerRequest request) {
        return request.authority() == null ? null : request.authority().toString();
    }
}
