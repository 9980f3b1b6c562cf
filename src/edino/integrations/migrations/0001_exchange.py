from django.db import migrations

TABLES = """
CREATE TABLE integrations_exchange (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    uid uuid NOT NULL UNIQUE,
    source_id bigint NOT NULL REFERENCES channels_source,
    kind text NOT NULL CHECK (kind IN ('commerceml', 'yml', 'google')),
    way text NOT NULL CHECK (way IN ('catalog', 'sale', 'files')),
    token bytea UNIQUE,
    key_id bigint,
    version text NOT NULL DEFAULT '',
    state text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'closed')),
    deactivated bigint NOT NULL DEFAULT 0,
    opened_at timestamptz NOT NULL,
    moved_at timestamptz NOT NULL,
    closed_at timestamptz
);
CREATE INDEX integrations_exchange_open ON integrations_exchange (source_id, way) WHERE state = 'open';

CREATE TABLE integrations_upload (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    exchange_id bigint NOT NULL REFERENCES integrations_exchange ON DELETE CASCADE,
    name text NOT NULL,
    size bigint NOT NULL DEFAULT 0,
    parts integer NOT NULL DEFAULT 0,
    repeats integer NOT NULL DEFAULT 0,
    kept text NOT NULL DEFAULT '',
    unpacked boolean NOT NULL DEFAULT false,
    UNIQUE (exchange_id, name)
);

CREATE TABLE integrations_part (
    upload_id bigint NOT NULL REFERENCES integrations_upload ON DELETE CASCADE,
    place integer NOT NULL,
    digest bytea NOT NULL,
    data bytea NOT NULL,
    PRIMARY KEY (upload_id, place)
);
ALTER TABLE integrations_part ALTER COLUMN data SET STORAGE EXTERNAL;

CREATE TABLE integrations_run (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    uid uuid NOT NULL UNIQUE,
    exchange_id bigint NOT NULL REFERENCES integrations_exchange ON DELETE CASCADE,
    source_id bigint NOT NULL REFERENCES channels_source,
    kind text NOT NULL,
    file text NOT NULL,
    size bigint NOT NULL,
    state text NOT NULL DEFAULT 'reading' CHECK (state IN ('reading', 'applying', 'done', 'failed')),
    position bigint NOT NULL DEFAULT 0,
    staged bigint NOT NULL DEFAULT 0,
    applied bigint NOT NULL DEFAULT 0,
    as_of timestamptz,
    has_full text[] NOT NULL DEFAULT '{}',
    catalog text NOT NULL DEFAULT '',
    version text NOT NULL DEFAULT '',
    counts jsonb NOT NULL DEFAULT '{}',
    oddities jsonb NOT NULL DEFAULT '{}',
    failure text NOT NULL DEFAULT '',
    superseded boolean NOT NULL DEFAULT false,
    started_at timestamptz NOT NULL,
    moved_at timestamptz NOT NULL,
    finished_at timestamptz
);
CREATE INDEX integrations_run_newest ON integrations_run (started_at DESC, id DESC);
CREATE INDEX integrations_run_exchange ON integrations_run (exchange_id, file);

CREATE TABLE integrations_staged (
    run_id bigint NOT NULL REFERENCES integrations_run ON DELETE CASCADE,
    kind text NOT NULL,
    ext_id text NOT NULL,
    place bigint NOT NULL,
    line integer NOT NULL,
    grp text NOT NULL,
    article text NOT NULL DEFAULT '',
    body jsonb NOT NULL,
    done boolean NOT NULL DEFAULT false,
    PRIMARY KEY (run_id, kind, ext_id)
);
CREATE INDEX integrations_staged_waiting ON integrations_staged (run_id, kind, place) WHERE NOT done;
CREATE INDEX integrations_staged_group ON integrations_staged (run_id, grp);
CREATE INDEX integrations_staged_article ON integrations_staged (run_id, article) WHERE article <> '';

CREATE TABLE integrations_mirror (
    source_id bigint NOT NULL REFERENCES channels_source,
    kind text NOT NULL,
    ext_id text NOT NULL,
    grp text NOT NULL,
    catalog text NOT NULL DEFAULT '',
    article text NOT NULL DEFAULT '',
    sku text NOT NULL DEFAULT '',
    body jsonb NOT NULL,
    settled boolean NOT NULL,
    active boolean NOT NULL DEFAULT true,
    exchange_id bigint NOT NULL,
    told_at timestamptz NOT NULL,
    changed_at timestamptz NOT NULL,
    PRIMARY KEY (source_id, kind, ext_id)
);
CREATE INDEX integrations_mirror_group ON integrations_mirror (source_id, grp);
CREATE INDEX integrations_mirror_article ON integrations_mirror (source_id, article) WHERE article <> '';
CREATE UNIQUE INDEX integrations_mirror_sku ON integrations_mirror (source_id, sku) WHERE sku <> '';

CREATE TABLE integrations_change (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    run_id bigint NOT NULL REFERENCES integrations_run ON DELETE CASCADE,
    kind text NOT NULL,
    what text NOT NULL CHECK (what IN ('created', 'changed', 'deactivated', 'rejected')),
    grp text NOT NULL,
    ext_id text NOT NULL,
    name text NOT NULL,
    line integer NOT NULL DEFAULT 0,
    fields jsonb NOT NULL DEFAULT '[]'
);
CREATE INDEX integrations_change_run ON integrations_change (run_id, what, id);

CREATE TABLE integrations_batch (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    uid uuid NOT NULL UNIQUE,
    source_id bigint NOT NULL REFERENCES channels_source,
    made_at timestamptz NOT NULL,
    confirmed_at timestamptz
);
CREATE UNIQUE INDEX integrations_batch_open ON integrations_batch (source_id) WHERE confirmed_at IS NULL;

CREATE TABLE integrations_handed (
    source_id bigint NOT NULL REFERENCES channels_source,
    order_uid uuid NOT NULL,
    batch_id bigint NOT NULL REFERENCES integrations_batch,
    stamp text NOT NULL,
    confirmed text NOT NULL DEFAULT '',
    PRIMARY KEY (source_id, order_uid)
);
"""

DROP = "DROP TABLE " + ", ".join(
    f"integrations_{name}"
    for name in ("handed", "batch", "change", "mirror", "staged", "run", "part", "upload", "exchange")
)


class Migration(migrations.Migration):
    dependencies = [("channels", "0002_scopes_of_selling")]
    operations = [migrations.RunSQL(TABLES, DROP)]
