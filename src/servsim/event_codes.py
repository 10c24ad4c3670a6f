"""Codes of events and of draws: what can happen in a trace, why a customer leaves, what a draw is for; the glossary."""

from enum import IntEnum


class Happening(IntEnum):
    """One line of the trace; the note says who it is about and what its value is.

    Within an instant rows are in the order of these numbers, so that an agent's visit ends before the next one starts.
    Numbers are part of stored traces: new words go to the end of their group, and none is ever used again.
    """

    MEMBER = 0  # customer: in the book when the horizon opens; satisfaction
    REMAINS = 1  # customer: in the book when stock is taken, before anything happens at that instant; satisfaction
    THOUGHT_AGAIN = 2  # customer: comes less often than twice a year, and decides at home whether to come again; 0
    CAME_ON = 10  # agent: begins a shift; 0
    WENT_OFF = 11  # agent: goes home; 0
    LOST_ATTENTION = 12  # agent: becomes inattentive; 0
    REGAINED_ATTENTION = 13  # agent: is attentive again; 0
    WENT_ON_BREAK = 14  # agent: takes a break; 0
    CAME_BACK = 15  # agent: is back from the break; 0
    REPLACED = 16  # agent: leaves the business, and a newcomer takes the place; 0
    LEARNED = 17  # agent: a month of training, and of forgetting, is over; knowledge from now on
    WROTE_UP = 19  # customer, agent: work that a visit had left is done; ticks of work
    ARRIVED = 20  # customer: comes to the desk; number of the visit
    BLOCKED = 21  # customer: finds no place to wait; 0
    BALKED = 22  # customer: sees the queue and does not join it; 0
    ABANDONED = 23  # customer: leaves the queue unserved; ticks waited
    SENT_HOME = 24  # customer: still waiting when the doors close; ticks waited
    RANG_OFF = 25  # customer: the visit that ends unserved was a telephone call; ticks waited
    REFERRED = 26  # customer: comes because a customer told them; key of that customer
    STAYED_AWAY = 27  # candidate: does not come, having been warned; 0
    ASKED = 28  # colleague: asks the desk for something; 0
    FINISHED = 30  # customer, agent: the visit ends; quality
    CARED = 31  # customer, agent: staff time of the six steps in the visit that ends; ticks
    CLARIFIED = 32  # customer, agent: a mistake was caught in the visit that ends, and put right on the spot; ticks
    SOOTHED = 33  # customer, agent: staff time of recovery in the visit that ends; ticks
    FOLLOWED_UP = 34  # customer, agent: work on a promise is done; ticks of work
    HUNG_UP = 35  # customer, agent: a call to a customer ends; ticks of work
    OVERLOOKED = 36  # customer, agent: a mistake in the visit that ends, which nobody noticed; 0
    STEPPED_BACK = 37  # customer, manager: the manager's talk ends; ticks of work
    RELEASED = 38  # agent: the manager's talk with the customer in hand is over; ticks held
    HELPED = 29  # colleague, agent: the work on a request is done; ticks of work
    PROMISED = 39  # customer, agent: an action point with a date; ticks until the date
    JUDGED = 40  # customer: satisfaction after a visit, a failure, its recovery, a promise kept, or a friend's warning
    BOUGHT = 41  # customer: spends; money
    DECLINED = 42  # prospect: does not buy today; 0
    RETRIES = 43  # customer: was not served, and will try again; 0
    FAILED = 44  # customer: finds out that something went wrong; Reason
    COMPLAINED = 45  # customer: will come to have it put right; 0
    ESCALATED = 46  # customer, agent: waits for the manager; 1 if the agent stays with the customer, else 0
    RECOVERED = 47  # customer: is won over again after a failure; By
    LET_DOWN = 48  # customer: complained in vain, the second failure; By
    KEPT = 49  # customer: a promise was kept; 0
    WON = 50  # customer: is in the book from now on; yearly retention to expect
    LOST = 51  # customer: leaves the book; Reason
    GONE = 52  # prospect: will not come again; 0
    WON_BACK = 53  # customer: was lost, and is in the book again; yearly retention to expect
    PICKED_UP = 54  # customer, agent: the visit that begins is a telephone call; ticks waited
    STARTED = 55  # customer, agent: the visit begins; ticks waited
    TOOK_UP = 56  # customer, agent: work on a promise begins; 0
    CALLED = 57  # customer, agent: a call to a customer begins; Call
    STEPPED_IN = 58  # customer, manager: the manager's talk begins; ticks waited for it
    HELPING = 59  # colleague, agent: the work on a request begins; ticks waited while the doors were open
    WRITES_UP = 60  # customer, agent: work that the visit has left begins, the customer having gone; 0
    RECOGNISED = 62  # customer, agent: was greeted by someone who knew them in the visit that ends; 0
    PRAISED = 63  # customer: tells others something good; how many
    WARNED = 64  # customer: tells others something bad; how many
    DETERRED = 65  # customer: has talked people out of coming; how many
    COOLED = 66  # customer: was warned by a friend; 0


class Reason(IntEnum):
    """Why a customer left the book: the largest single contributor at the last visit to what exceeds the ordinary."""

    NONE = 0
    NATURAL = 1
    """Moved away, or has no need any more: nothing the desk could change."""
    WAIT = 2
    ABANDONED = 3
    """Came and was not served."""
    INATTENTION = 4
    CARE = 5
    """The steps of the visit were too short for this customer."""
    EXPECTATION = 6
    """Used to better."""
    CHANCE = 7
    """Would have left had they been satisfied, too, or nothing fell short in the visit; one in so many does."""
    MISTAKE = 8
    BROKEN_PROMISE = 9
    UNRECOVERED = 10
    """Complained, and it was not put right."""
    COMPETITOR = 11
    """Somebody else has become better."""


class Call(IntEnum):
    """What a customer is called for."""

    NOTHING = 0
    DISGRUNTLED = 1
    """Something went wrong, the desk knows of it, and it was not put right."""
    LAPSED = 2
    """Left the book not long ago, and not for reasons of their own."""
    OVERDUE = 3
    """Has not come for longer than usual."""


class By(IntEnum):
    """Who tried to win a customer over again."""

    AGENT = 0
    MANAGER = 1
    CALL = 2
    """An agent, in a call."""


class Remedy(IntEnum):
    """What became of a complaint in a visit."""

    NOTHING = 0
    """There was none, or nobody tries to recover customers."""
    RECOVERED = 1
    FAILED = 2
    ESCALATED = 3
    """The manager takes it from here."""


class Purpose(IntEnum):
    """What a draw is for. Part of the key of every draw: numbers never change and are never used again."""

    BUSYNESS = 1
    CANDIDATE = 2
    SEGMENT = 3
    PERSONAL_GAP = 4
    FIRST_VISIT = 5
    GAP = 6
    PATIENCE = 10
    LEAVES_AT_ONCE = 11
    BALK = 12
    RETRY = 13
    RETRY_DELAY = 14
    ATTENTIVE = 20
    INATTENTIVE = 21
    DIFFICULTY = 30
    CORE = 31
    GREET = 32
    LISTEN = 33
    ACKNOWLEDGE = 34
    EMPATHISE = 35
    SUMMARISE = 36
    ACTION_POINTS = 37
    PERCEPTION = 40
    CONVERSION = 50
    BASKET = 51
    SECOND_THOUGHT = 52
    SECOND_THOUGHT_DELAY = 53
    NATURAL = 60
    STAY = 61
    STAY_AFTER_MISTAKE = 62
    STAY_AFTER_BROKEN_PROMISE = 63
    TRIED = 64
    MISTAKE = 70
    CATCH = 71
    CLARIFYING = 72
    COMES_TO_LIGHT = 73
    VOICE_MISTAKE = 74
    VOICE_BROKEN_PROMISE = 75
    RECOVERY = 76
    COMPLAINT_DELAY = 77
    PERSONAL = 80
    MANAGER = 81
    MANAGER_RECOVERY = 82
    PROMISE = 90
    PREPARATION = 91
    FOLLOW_UP = 92
    CALL_RECOVERS = 100
    CALL_WINS_BACK = 101
    CALL_REMINDS = 102
    REMINDER_DELAY = 103
    RETURN_DELAY = 104
    CALL_RECOVERS_BY_CHANCE = 105
    TELLINGS = 110
    REFERRAL = 111
    REFERRAL_DELAY = 112
    DETERRENCE = 113
    FRIEND = 114
    WHICH_FRIEND = 115
    WORD_DELAY = 116
    NEW_NAME = 117
    CONSIDERS = 120
    LIFT = 121
    RETURNS_FROM_RIVAL = 122
    TURNOVER = 130
    REQUEST = 131
    REQUEST_WORK = 132
    RECOGNISED = 140
    BY_PHONE = 141
    LAST_AGENT = 142
    AFTER_VISIT = 150


class Distribution(IntEnum):
    """The shape of a duration's distribution, as scenarios name it."""

    FIXED = 0
    EXPONENTIAL = 1
    LOGNORMAL = 2
    WEIBULL = 3
    ERLANG = 4
    NEVER = 5
    GAMMA = 6
    SAMPLE = 7


class Kind(IntEnum):
    """What an entity is: the top bits of its key."""

    BOOK = 0
    PROSPECT = 1
    AGENT = 2
    DAY = 3
    REFERRED = 4
    COLLEAGUE = 5


GLOSSARY = {
    "customer": "an outside person with a name of its own (a 64-bit key), from first arrival until lost",
    "prospect": "a customer who has not bought yet",
    "visit": "one coming to the desk, from arrival to departure; numbered 0, 1, 2 … per customer",
    "agent": "a member of staff who serves at the desk",
    "manager": "handles what is escalated",
    "mistake": "something wrong was delivered: caught in the visit, or found out later",
    "complaint": "a voiced failure, brought to the desk in an extra visit",
    "recovery": "the work of putting a failure right",
    "promise": "an action point with a date",
    "follow-up": "the work that keeps a promise",
    "word of mouth": "what customers tell others: praise that brings prospects, warnings that keep them away",
    "referral": "a prospect who comes because a customer praised the business",
    "rival": "another business that serves the same customers",
    "after-visit work": "notes, orders and clearing up, which hold the agent once the customer has gone",
    "request": "what a colleague asks of the desk",
    "relationship hours": "staff time a month set aside for calling customers back",
    "patience": "how long this customer will wait on this visit",
    "abandon": "leave the queue unserved after waiting",
    "balk": "see the queue and not join it at all",
    "attentive": "the state of an agent who notices customers; the other is inattentive",
    "step": "one of greet, listen, acknowledge, empathise, summarise, action points",
    "planned minutes": "what the policy asks for; effective minutes are what reaches the customer",
    "quality": "how good a visit was, 0 to 10",
    "satisfaction": "the running memory of quality, 0 to 10",
    "retention": "share of today's book still in it after a year",
    "book": "the customers the business has today (opening) or at the end (closing)",
    "lever": "a scenario setting that the owner decides on; a level is one value of it",
    "happening": "one line of the trace: what happened to whom, and when",
    "trace": "everything that happened in one replication, a row for each happening",
    "instant": "a point in simulated time, counted in ticks of one millisecond",
    "replication": "one simulated run; number r has the same people and luck under every level of a lever",
    "experiment": "all replications of a scenario under one seed, of which any may be simulated",
    "metric": "a number that is read of every replication, with its unit and its better direction",
    "interval": "a mean over replications with its confidence interval",
    "objective": "the metric that is to be best, value by default",
    "window": "the time in which metrics are counted, a year by default; value is of all years",
    "scenario": "a file with every setting of a desk, and what is asked of it",
    "invariant": "what must hold of any trace, whatever the scenario and whichever engine told it",
    "execution": "the engine, the workers, the store and the progress bar; nothing of it changes an answer",
    "store": "a file of finished replications, in which they are found again",
}
"""One word per thing, in code, scenario files, output and docs."""
