package dev.freshet.events.document;

import dev.freshet.contract.json.JsonText;
import dev.freshet.events.json.Draft;
import dev.freshet.events.json.JsonMember;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// `{"content"}`.
final class ContentDraft extends Draft<JsonText> {

    private @Nullable JsonText content;

    @Override
    protected boolean knows(String name) {
        return name.equals("content");
    }

    @Override
    protected void take(String name, JsonMember value) {
        content = value.content();
    }

    @Override
    protected void checkComplete() {
        missing("content");
    }

    @Override
    protected JsonText complete() {
        return Objects.requireNonNull(content);
    }
}
