"""The database engine of Django's settings: PostgreSQL as Django has it, with connections that are cheap to take."""
