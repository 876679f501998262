package dev.freshet.events.document;

import dev.freshet.contract.Limits;
import dev.freshet.contract.json.JsonBytes;
import dev.freshet.events.json.Draft;
import dev.freshet.events.json.JsonMember;

/// Where a cursor is.
///
/// @param line from 0 to [Limits#MAX_GRID_POSITION]
/// @param column from 0 to [Limits#MAX_GRID_POSITION]
record Position(long line, long column) {

    /// The payload of `cursor-move`.
    byte[] of(String userId) {
        return new JsonBytes()
                .beginObject()
                .key("userId")
                .plain(userId)
                .key("line")
                .number(line)
                .key("column")
                .number(column)
                .endObject()
                .toBytes();
    }

    /// `{"line","column"}`.
    static final class PositionDraft extends Draft<Position> {

        private long line;
        private long column;

        @Override
        protected boolean knows(String name) {
            return name.equals("line") || name.equals("column");
        }

        @Override
        protected void take(String name, JsonMember value) {
            long number = value.whole(Limits.MAX_GRID_POSITION);
            if (name.equals("line")) {
                line = number;
            } else {
                column = number;
            }
        }

        @Override
        protected void checkComplete() {
            missing("line");
            missing("column");
        }

        @Override
        protected Position complete() {
            return new Position(line, column);
        }
    }
}
