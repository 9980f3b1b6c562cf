"""What all exchange formats share: safe reading, the words of the trade, the journal, and the way to the doors.

A format (CommerceML, YML, Google) only turns its text into the records of `records`; everything after that, from
comparing with what the source sent before to writing through the doors of catalogue, inventory and orders, is here and
the same for all. Invariants: a document is read to its end before anything of it is applied; what is odd is counted and
shown, never mended silently; the same document twice changes nothing.
"""
