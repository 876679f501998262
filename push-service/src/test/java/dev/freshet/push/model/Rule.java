package dev.freshet.push.model;

/// Every rule of the procedure that the model can leave out, to show what it is good for.
///
/// In the order of `delivery.md`: the indexer, the trimmer, the pod's own continuity, cursors. A rule that
/// `delivery.md` did not have says *new*.
enum Rule {
    /// A batch is applied only if `indexed` is what it was read from.
    INDEXER_COMPARES_INDEXED(Where.HEALTHY),
    /// … and only if the epoch is, too, and `replid` is the state's: else a late batch of a lost log is copied.
    /// *New.*
    INDEXER_COMPARES_LOG(Where.WILD),
    /// More gone from the log than was copied raises `hole`.
    HOLE_BY_ORDINAL(Where.WILD),
    /// An entry past `indexed` that was deleted raises `hole`.
    HOLE_BY_DELETION(Where.WILD),
    /// A new history begins with `floor` as its `max-deleted-entry-id`.
    HISTORY_INHERITS_FLOOR(Where.WILD),
    /// A history that is missing though its channel has one begins with the log's previous entry instead. *New.*
    LOST_HISTORY_INHERITS_PREVIOUS(Where.WILD),
    /// A rejected copy (wrong type) makes the channel one that has a history, too. *New.*
    REJECTED_COPY_IS_RECORDED(Where.WILD),
    /// Histories are trimmed by `XDEL`, so that `max-deleted-entry-id` tells.
    HISTORY_TRIMMED_BY_XDEL(Where.WILD),

    /// The log's age trimming never passes `indexed`.
    AGE_TRIM_STOPS_AT_INDEXED(Where.HEALTHY),
    /// An expired history raises `floor` to its last id.
    EXPIRY_RAISES_FLOOR(Where.WILD),
    /// Where the history is missing or of a wrong type, to `indexed`: nobody knows its last id. *New.*
    EXPIRY_OF_LOST_HISTORY_RAISES_FLOOR(Where.WILD),

    /// Another `replid` makes the pod look for the fork.
    REPLID_IS_COMPARED(Where.WILD),
    /// Another epoch than the pod's own, too: another pod was first. *New.*
    EPOCH_IS_COMPARED(Where.WILD),
    /// A batch is handed on only after a check that began after it was read, with `r` from before. *New.*
    BATCH_IS_CHECKED(Where.WILD),
    /// … by the server that it was read from: the primary's word says nothing about a replica's entries. *New.*
    BATCH_IS_CHECKED_BY_ITS_SERVER(Where.WILD),
    /// What seems wrong on a replica is looked at again on the primary. *New.*
    PRIMARY_DECIDES(Where.HEALTHY),
    /// `last-generated-id` < `r`, or fewer gone than were read and are not there: the log was deleted. The same of
    /// `indexed` and `count`. Then histories, state and all cursors speak of another log.
    DELETED_LOG_IS_RECOGNISED(Where.WILD),
    /// … and a new state begins with `hole` and `floor` above all that was copied of the old one. *New.*
    DELETED_LOG_RAISES_HOLE(Where.WILD),
    /// The first read of a connection comes after a check that its server answered.
    READ_WAITS_FOR_CHECK(Where.WILD),
    /// More gone from the log than was read is a gap.
    GONE_BEYOND_READ(Where.WILD),
    /// An entry past `r` that was deleted is a gap.
    DELETED_BEYOND_READ(Where.WILD),
    /// `w0` is not below the log's `max-deleted-entry-id`.
    WINDOW_ABOVE_DELETED(Where.WILD),
    /// An entry is the same only with identical fields.
    FORK_BY_FIELDS(Where.WILD),
    /// Up to `indexed` the log is that of the state's epoch, whatever the pod remembers. *New.*
    FORK_NOT_BELOW_INDEXED(Where.HEALTHY),
    /// Who saw more than the fork is told.
    FORK_IS_TOLD(Where.WILD),
    /// Who finds a new epoch looks for the fork of its own in the log, and may add or raise the record. *New.*
    FORK_IS_RAISED(Where.HEALTHY),

    /// A cursor of another epoch needs a fork.
    CURSOR_EPOCH(Where.WILD),
    /// … and must not be above it.
    CURSOR_NOT_ABOVE_FORK(Where.WILD),
    /// An epoch that the pod never heard of makes it look first. *New.*
    UNKNOWN_EPOCH_IS_LOOKED_UP(Where.HEALTHY),
    /// A cursor above `r` that the primary's log does not reach is a reset.
    AHEAD_OF_LOG_IS_RESET(Where.WILD),
    /// A cursor above `r` that the log reaches waits for the tail.
    AHEAD_OF_POD_WAITS(Where.HEALTHY),
    /// A page is read only while epoch and `replid` are the pod's.
    PAGE_COMPARES_LOG(Where.WILD),
    /// Each page decides anew.
    PAGE_IS_CHECKED_AGAIN(Where.WILD),
    /// No history, but the channel has one: a stranger deleted it.
    HISTORY_VANISHED(Where.WILD),
    /// `F` counts `hole`.
    BOUND_BY_HOLE(Where.WILD),
    /// `F` counts the history's `max-deleted-entry-id`.
    BOUND_BY_DELETED(Where.WILD),
    /// `F` counts `floor` where there is no history.
    BOUND_BY_FLOOR(Where.WILD),
    /// Below `F` the log may answer.
    LOG_ANSWERS_BELOW_BOUND(Where.HEALTHY),
    /// History speaks only up to `indexed`; what follows comes from the log.
    HISTORY_UP_TO_INDEXED(Where.WILD),
    /// The log answers only if nothing was trimmed above the position.
    LOG_IS_WHOLE_BY_TRIM(Where.WILD),
    /// … and nothing deleted.
    LOG_IS_WHOLE_BY_DELETION(Where.WILD);

    /// In which world a mutant without the rule is to be caught.
    enum Where {
        /// Among disasters, by a loss, a double or a phantom that nobody was told of.
        WILD,
        /// Where nothing breaks, by a gap that is false or could have been avoided.
        HEALTHY
    }

    private final Where where;

    Rule(Where where) {
        this.where = where;
    }

    boolean isForHealthyWorld() {
        return where == Where.HEALTHY;
    }
}
