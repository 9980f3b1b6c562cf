"""Who is who: identifiers, claims that join them into customers, profiles that keep facts, permissions.

Invariants: the partition of identifiers into customers is a function of the set of claims, whatever order they came
in; facts stay on the profile that produced them, so joins and splits move none; nothing automatic takes anything from
a customer who acted. Not here: what customers did (activity), back-office people (staff), messages.
"""
