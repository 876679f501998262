package dev.freshet.events.publish;

import dev.freshet.contract.channel.Channel;
import dev.freshet.contract.event.EventId;
import dev.freshet.contract.json.JsonBytes;
import dev.freshet.contract.problem.Problem;
import java.util.List;

/// The fate of one element.
sealed interface Result {

    /// The log took it.
    ///
    /// @param ids one per channel of the publication, in their order
    record Accepted(Publication publication, List<EventId> ids) implements Result {

        /// `{"id"}`, or `{"ids":{channel:id}}` where channels were asked for as a list.
        @Override
        public void write(JsonBytes json, String instance) {
            json.beginObject();
            if (publication.several()) {
                json.key("ids").beginObject();
                for (int i = 0; i < ids.size(); i++) {
                    Channel channel = publication.channels().get(i);
                    json.key(channel.toString()).plain(ids.get(i).toString());
                }
                json.endObject();
            } else {
                json.key("id").plain(ids.getFirst().toString());
            }
            json.endObject();
        }
    }

    /// It was refused, or lost.
    record Refused(Problem problem) implements Result {

        @Override
        public void write(JsonBytes json, String instance) {
            json.beginObject().key("problem");
            problem.write(json, instance);
            json.endObject();
        }
    }

    /// @param instance the request's path
    void write(JsonBytes json, String instance);
}
