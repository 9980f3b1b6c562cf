"""Whether two promotions can act on one line, by what they say of themselves; see `State.meets` for the line itself."""

from edino.promotions.types.definitions import Definition
from edino.promotions.types.meetings import Meeting

Known = tuple[int, Definition]
"""A promotion's id, and what it says."""


def meeting(ours: Known, theirs: Known) -> Meeting | None:
    """How they get along; None for two that have nothing against each other."""
    (our_id, our), (their_id, their) = ours, theirs
    if our.group and our.group == their.group and our.layer == their.layer:
        return Meeting("group")
    pairs = ((our_id, our, their_id), (their_id, their, our_id))
    refuses = next((one for one, told, other in pairs if told.exclusive and other not in told.combines), None)
    if refuses is not None:
        decides = our.priority != their.priority and our.layer == their.layer
        first = (their_id if their.priority > our.priority else our_id) if decides else None
        return Meeting("never", refuses, first)
    return Meeting("both") if our.exclusive or their.exclusive else None
