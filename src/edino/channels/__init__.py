"""The registry of where things happen: channels, the brands that speak in them, the sources that send, and their keys.

Invariants: channels are data, so a new one is a row and not a release; a key is shown once and only its hash is kept;
a key dies within five seconds of its revocation in every process; what a source may vouch for (`confirms`) and how far
it is believed (`trust`) are set here and nowhere else. Not here: what the sources sent (activity) and the people who
manage them (staff).
"""
