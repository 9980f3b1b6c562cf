"""A seeded retailer whose shoppers move between app, site, store till, kiosk and phone, with the truth kept beside.

`generate(city)` gives the events, `known(city)` the ground truth, `score(Truth(known(city)), assignment)` says how
well somebody joined them. The simulator knows nothing of Edino's inside: events go through the public API like
anybody's. It is not a load generator and not a model of demand; docs/simulator.md says what it imitates.
"""

from edino.integrations.simulator.city import SOURCES, City, Identifier
from edino.integrations.simulator.people import poisons
from edino.integrations.simulator.score import Score, Truth, best, score
from edino.integrations.simulator.stream import SimulatedEvent, generate
from edino.integrations.simulator.truth import Known, known

__all__ = [
    "SOURCES",
    "City",
    "Identifier",
    "Known",
    "Score",
    "SimulatedEvent",
    "Truth",
    "best",
    "generate",
    "known",
    "poisons",
    "score",
]
