"""CommerceML 2: what 1C and its kin speak. Reading and writing the documents, and the exchange session as the site.

`reader` and `orders` turn documents into records and back, purely; `session` is the protocol of the exchange, whose
client is always 1C. Seen in the wild and read alike: schemas 2.03 to 2.10, with and without namespace, whole or split
into files, and a classifier on its own.
"""
