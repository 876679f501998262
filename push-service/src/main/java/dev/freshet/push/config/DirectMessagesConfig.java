package dev.freshet.push.config;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import io.smallrye.config.WithParentName;

/// Who may send direct messages. The key stands above the service's own, for it is part of what clients are
/// promised.
@ConfigMapping(prefix = "freshet.direct-messages")
public interface DirectMessagesConfig {

    /// Who may send direct messages: those with a `publish` grant for the receiver, or everyone.
    @WithParentName
    @WithDefault("granted")
    Senders senders();

    /// See [#senders()].
    enum Senders {
        GRANTED,
        EVERYONE
    }
}
