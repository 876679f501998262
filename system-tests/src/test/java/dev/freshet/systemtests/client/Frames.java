package dev.freshet.systemtests.client;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

/// What the events of a load look like.
public final class Frames {

    /// The type of all events that a checker knows; others are strangers', and nobody counts them.
    public static final String TYPE = "load";

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String NUMBER = "\"n\":";

    private Frames() {}

    /// The publication's number in a payload, -1 if there is none.
    static int number(String payload) {
        int from = payload.indexOf(NUMBER) + NUMBER.length();
        int to = from;
        while (to < payload.length() && Character.isDigit(payload.charAt(to))) {
            to++;
        }
        return from < NUMBER.length() || to == from ? -1 : Integer.parseInt(payload, from, to, 10);
    }

    static JsonNode parse(String json) {
        try {
            return JSON.readTree(json);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("not JSON: " + json, e);
        }
    }
}
