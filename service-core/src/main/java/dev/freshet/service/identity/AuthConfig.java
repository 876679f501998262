package dev.freshet.service.identity;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// Who is believed. Key, issuer and audience of tokens are MicroProfile JWT's own settings:
/// `mp.jwt.verify.publickey.location` (a file or a JWKS URL), `mp.jwt.verify.issuer`, `mp.jwt.verify.audiences`;
/// all three are needed, and a service without one, or whose file has no key, does not start.
@ConfigMapping(prefix = "freshet.auth")
public interface AuthConfig {

    /// Keys behind a JWKS URL.
    Keys keys();

    /// The claim that is the user id.
    @WithDefault("sub")
    String userClaim();

    /// The cookie that may carry the token.
    @WithDefault("access_token")
    String cookie();

    /// Whether `?token=` takes a JWT where a stream is opened. Off, for URLs end up in logs.
    @WithDefault("false")
    boolean tokenInQuery();

    /// Whether every signed-in user may follow every `broadcast:` channel.
    @WithDefault("true")
    boolean broadcastsReadable();

    /// Origins of pages that may read answers, write with a cookie and open WebSockets: each exactly as a
    /// browser sends it (`https://app.example.com`), or with any port (`http://localhost:*`). The request's own
    /// host always may.
    Optional<List<String>> origins();

    /// The longest life of tokens, 1 s to 3660 days: so long a disconnect is remembered. A token that lives
    /// longer is believed again after it.
    @WithDefault("24H")
    Duration maxTokenLife();

    /// How far the issuer's clock may be ahead of that of Redis, up to 10 min. A disconnect refuses tokens that
    /// are issued up to so long after it, too, for they may be older than they say.
    @WithDefault("0S")
    Duration clockSkew();

    interface Keys {

        /// With a JWKS URL: how old the set of keys may be, at least 1 s, and so how long a key that the
        /// identity provider took away is still believed. While the provider does not answer, the keys that are
        /// known go on.
        @WithDefault("5M")
        Duration refreshInterval();

        /// What passes at least between two requests for the set, at least 100 ms: so long a token with a new
        /// key may be refused if somebody invented key ids just before. A key id that is not known asks for the
        /// set at once otherwise.
        @WithDefault("10S")
        Duration retryInterval();

        /// With a JWKS URL of `https:`: a named TLS configuration of Quarkus, for a provider whose certificate is
        /// of an authority that the JVM does not know. `keys`, for example, and the authority's certificate in
        /// `quarkus.tls.keys.trust-store.pem.certs`.
        Optional<String> tlsConfigurationName();
    }
}
