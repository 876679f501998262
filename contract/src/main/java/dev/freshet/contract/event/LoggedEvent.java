package dev.freshet.contract.event;

/// An event and its place in the log.
///
/// @param id where it stands; its time is that of the Redis server that took it
/// @param event what happened
public record LoggedEvent(EventId id, Event event) {}
