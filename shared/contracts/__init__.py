"""Which room hears which event: one table, on one screen.

An event that is not in the table cannot be emitted. A room that stands here must have a handler for
the event (`tests/contracts` holds both).
"""

from shared.contracts.aftermath import (
    FollowUpBegan,
    FollowUpEnded,
    FollowUpProlonged,
    IncidentStoryChanged,
    IncidentSubjectsChanged,
    ReactionsMeasured,
)
from shared.contracts.duty import DutyRosterChanged
from shared.contracts.event import Event
from shared.contracts.incidents import (
    ActivationDeclined,
    CommandAcknowledged,
    CommandCompleted,
    CommandIssued,
    CommandOverdue,
    IncidentAssessed,
    IncidentClosed,
    IncidentOpened,
    IncidentResurged,
    ResponseActivated,
    ResponseStoodDown,
    TimelineNoted,
)
from shared.contracts.labelling import LabelWithdrawn, PostLabelled, PostQuoted
from shared.contracts.posts import (
    CopyJudged,
    ImportQueued,
    OpinionsOutdated,
    PostsAnalysed,
    PostsCollected,
    PostsResubmitted,
    SourceDue,
)
from shared.contracts.records import CaseFileOpened, CaseFileSealed
from shared.contracts.reports import PatrolMissed, ReportLinked, UrgentReportReceived
from shared.contracts.rooms import Room
from shared.contracts.schedules import ScheduleDue
from shared.contracts.sources import SourceRecovered, SourceSilent
from shared.contracts.statements import (
    PublicationFailed,
    PublicationQueued,
    StatementApproved,
    StatementDrafted,
    StatementPublished,
    StatementReturned,
    StatementReviewed,
    StatementSubmitted,
    StatementWithdrawn,
)
from shared.contracts.stories import StoriesMerged, StoryChangeUndone, StorySplit
from shared.contracts.warnings import (
    AlertQueued,
    AlertSent,
    EscalationEnded,
    EscalationStepped,
    WarningAcknowledged,
    WarningDismissed,
    WarningEnded,
    WarningLevelChanged,
    WarningRaised,
)
from shared.contracts.watches import BacktestQueued

ROUTES: dict[type[Event], tuple[Room, ...]] = {
    # posts
    PostsCollected: (Room.MONITOR, Room.ANALYSIS),
    PostsAnalysed: (Room.MONITOR,),
    CopyJudged: (Room.MONITOR,),
    ImportQueued: (Room.MONITOR,),
    SourceDue: (Room.MONITOR,),
    SourceSilent: (Room.MONITOR,),
    SourceRecovered: (Room.MONITOR,),
    OpinionsOutdated: (Room.MONITOR,),
    PostsResubmitted: (Room.ANALYSIS,),
    # labels
    PostLabelled: (Room.MONITOR,),
    LabelWithdrawn: (Room.MONITOR,),
    PostQuoted: (Room.ANALYSIS,),
    # warnings
    WarningRaised: (Room.MONITOR, Room.RESPONSE, Room.ARCHIVE),
    WarningLevelChanged: (Room.MONITOR, Room.RESPONSE, Room.ARCHIVE),
    StoriesMerged: (Room.RESPONSE, Room.ARCHIVE),
    StorySplit: (Room.RESPONSE, Room.ARCHIVE),
    StoryChangeUndone: (Room.RESPONSE, Room.ARCHIVE),
    WarningEnded: (Room.MONITOR, Room.RESPONSE, Room.ARCHIVE),
    WarningAcknowledged: (Room.MONITOR, Room.ARCHIVE),
    WarningDismissed: (Room.MONITOR, Room.ARCHIVE),
    AlertQueued: (Room.MONITOR,),
    BacktestQueued: (Room.MONITOR,),
    AlertSent: (Room.ARCHIVE,),
    EscalationStepped: (Room.ARCHIVE,),
    EscalationEnded: (Room.MONITOR, Room.ARCHIVE),
    DutyRosterChanged: (Room.MONITOR,),
    # reports
    UrgentReportReceived: (Room.MONITOR,),
    PatrolMissed: (Room.MONITOR,),
    ReportLinked: (Room.ARCHIVE,),
    # incidents
    IncidentOpened: (Room.MONITOR, Room.ARCHIVE),
    IncidentAssessed: (Room.ARCHIVE,),
    IncidentSubjectsChanged: (Room.MONITOR, Room.ARCHIVE),
    IncidentStoryChanged: (Room.RESPONSE, Room.ARCHIVE),
    ResponseActivated: (Room.MONITOR, Room.ARCHIVE),
    ActivationDeclined: (Room.ARCHIVE,),
    CommandIssued: (Room.ARCHIVE,),
    CommandAcknowledged: (Room.ARCHIVE,),
    CommandCompleted: (Room.ARCHIVE,),
    CommandOverdue: (Room.ARCHIVE,),
    TimelineNoted: (Room.ARCHIVE,),
    ResponseStoodDown: (Room.MONITOR, Room.ARCHIVE),
    IncidentClosed: (Room.MONITOR, Room.ARCHIVE),
    IncidentResurged: (Room.RESPONSE, Room.ARCHIVE),
    FollowUpBegan: (Room.RESPONSE, Room.ARCHIVE),
    FollowUpProlonged: (Room.RESPONSE, Room.ARCHIVE),
    FollowUpEnded: (Room.RESPONSE, Room.ARCHIVE),
    ReactionsMeasured: (Room.RESPONSE, Room.ARCHIVE),
    # statements
    StatementDrafted: (Room.ARCHIVE,),
    StatementSubmitted: (Room.ARCHIVE,),
    StatementReviewed: (Room.ARCHIVE,),
    StatementReturned: (Room.ARCHIVE,),
    StatementApproved: (Room.ARCHIVE,),
    PublicationQueued: (Room.RESPONSE, Room.ARCHIVE),
    PublicationFailed: (Room.ARCHIVE,),
    StatementPublished: (Room.MONITOR, Room.ARCHIVE),
    StatementWithdrawn: (Room.MONITOR, Room.ARCHIVE),
    # the archive's own
    CaseFileOpened: (Room.RESPONSE,),
    CaseFileSealed: (Room.RESPONSE,),
    # every worker rings itself when a schedule is due
    ScheduleDue: (),
}

EVENTS: dict[str, type[Event]] = {event.__name__: event for event in ROUTES}

__all__ = ["EVENTS", "ROUTES", "Event", "Room"]
