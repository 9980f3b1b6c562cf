"""The people who work in the back office: their accounts, roles, what each role may do, and the trail of what was done.

Invariants: a person has one role, and the role alone decides (rules.OPERATIONS); nobody is deleted, only deactivated,
so that the trail keeps its names; the trail only grows, the database itself refuses to change or remove an entry, and
it holds no personal data of shoppers. Not here: shoppers' accounts (customers) and programs' keys (channels).
"""
