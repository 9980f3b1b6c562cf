"""`edino demo`: a real retailer's year of invoices, a simulated month on top, and the web to look at both.

The invoices go through `edino import`'s machinery, the simulated month through the public HTTP API, so that what is
shown is what any retailer gets. Not a place for test data: the demo's figures are computed from the database and
compared with the published ones.
"""
