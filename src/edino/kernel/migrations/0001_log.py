from django.db import migrations

LOG = """
CREATE SEQUENCE kernel_log_id AS bigint CACHE 64;

CREATE TABLE kernel_log (
    id bigint NOT NULL DEFAULT nextval('kernel_log_id'),
    xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
    profile_id bigint,
    received_at timestamptz NOT NULL,
    occurred_at timestamptz NOT NULL,
    key uuid NOT NULL,
    fingerprint bigint NOT NULL DEFAULT 0,
    source_id integer,
    epoch smallint NOT NULL,
    class smallint NOT NULL,
    type text NOT NULL,
    body jsonb NOT NULL
) PARTITION BY LIST (class);

CREATE TABLE kernel_log_fact PARTITION OF kernel_log FOR VALUES IN (0) PARTITION BY RANGE (received_at);
CREATE TABLE kernel_log_behaviour PARTITION OF kernel_log FOR VALUES IN (1) PARTITION BY RANGE (received_at);

CREATE INDEX kernel_log_cursor ON kernel_log (epoch, xid, id);
CREATE INDEX kernel_log_received ON kernel_log USING brin (received_at) WITH (pages_per_range = 16, autosummarize = on);
CREATE INDEX kernel_log_timeline ON kernel_log (profile_id, occurred_at DESC, id DESC) WHERE profile_id IS NOT NULL;

-- Partitions are made ahead: facts by year, behaviour by month. The unique key lives in each leaf, because across
-- leaves uniqueness would need the partition key in it; the append looks into the leaves of the last 30 days itself.
CREATE FUNCTION kernel_log_ready(at timestamptz) RETURNS timestamptz LANGUAGE plpgsql AS $$
DECLARE
    span record;
    leaf text;
BEGIN
    FOR span IN
        SELECT 'fact' AS branch, to_char(since, '"y"YYYY') AS suffix, since, since + interval '1 year' AS until
          FROM generate_series(date_trunc('year', at, 'UTC'), date_trunc('year', at + interval '2 months', 'UTC'),
                               interval '1 year', 'UTC') AS since
        UNION ALL
        SELECT 'behaviour', to_char(since AT TIME ZONE 'UTC', '"m"YYYY_MM'), since, date_add(since, interval '1 month', 'UTC')
          FROM generate_series(date_trunc('month', at - interval '1 month', 'UTC'),
                               date_trunc('month', at + interval '2 months', 'UTC'), interval '1 month', 'UTC') AS since
    LOOP
        leaf := format('kernel_log_%s_%s', span.branch, span.suffix);
        CONTINUE WHEN to_regclass(leaf) IS NOT NULL;
        PERFORM pg_advisory_xact_lock(hashtext('kernel_log_ready'));
        -- to_regclass would answer from this session's cache, which an advisory lock does not refresh
        CONTINUE WHEN EXISTS (SELECT FROM pg_class WHERE relname = leaf AND relnamespace = 'public'::regnamespace);
        EXECUTE format('CREATE TABLE %I PARTITION OF kernel_log_%s FOR VALUES FROM (%L) TO (%L)',
                       leaf, span.branch, span.since, span.until);
        IF span.branch = 'behaviour' THEN
            EXECUTE format('CREATE UNIQUE INDEX %I ON %I (key)', leaf || '_key', leaf);
        ELSE
            EXECUTE format('CREATE INDEX %I ON %I (key)', leaf || '_key', leaf);
        END IF;
    END LOOP;
    RETURN date_trunc('month', at, 'UTC') + interval '1 month';
END $$;

-- Business facts are deduplicated for ever by their natural key, whatever year the log row went to.
CREATE TABLE kernel_fact_key (key uuid PRIMARY KEY, fingerprint bigint NOT NULL);

CREATE TABLE kernel_epoch (one boolean PRIMARY KEY DEFAULT true CHECK (one), epoch smallint NOT NULL);
INSERT INTO kernel_epoch (epoch) VALUES (1);

CREATE TABLE kernel_reader (
    name text PRIMARY KEY,
    epoch smallint NOT NULL DEFAULT 0,
    xid xid8 NOT NULL DEFAULT '0',
    id bigint NOT NULL DEFAULT 0,
    seen bigint NOT NULL DEFAULT 0,
    moved_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE kernel_reader_failure (
    reader text NOT NULL,
    event_id bigint NOT NULL,
    type text NOT NULL,
    error text NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (reader, event_id)
);

CREATE TABLE kernel_idempotency (
    scope text NOT NULL,
    key text NOT NULL,
    fingerprint bytea NOT NULL,
    status smallint,
    answer jsonb,
    at timestamptz NOT NULL,
    PRIMARY KEY (scope, key)
);
CREATE INDEX kernel_idempotency_at ON kernel_idempotency (at);

CREATE TABLE kernel_cache (cache_key varchar(255) PRIMARY KEY, value text NOT NULL, expires timestamptz NOT NULL);
CREATE INDEX kernel_cache_expires ON kernel_cache (expires);

CREATE SCHEMA IF NOT EXISTS pub;
"""

UNDO = """
DROP TABLE kernel_log, kernel_fact_key, kernel_epoch, kernel_reader, kernel_reader_failure, kernel_idempotency, kernel_cache;
DROP FUNCTION kernel_log_ready;
DROP SEQUENCE kernel_log_id;
"""


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [migrations.RunSQL(LOG, UNDO)]
