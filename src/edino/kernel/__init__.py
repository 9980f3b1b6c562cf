"""What every domain stands on: the event log, time, money, errors, SQL, jobs, idempotency, registries.

Invariant: no domain word is allowed here. Not a place for odd functions: each module has one subject.
"""
