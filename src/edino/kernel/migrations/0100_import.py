from django.db import migrations

IMPORT = """
CREATE TABLE kernel_import (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind text NOT NULL,
    file text NOT NULL,
    content text NOT NULL,
    mapping text NOT NULL,
    source text,
    state text NOT NULL DEFAULT 'running' CHECK (state IN ('running', 'finished')),
    position bigint NOT NULL DEFAULT 0,
    unchanged bigint NOT NULL DEFAULT 0,
    rejected bigint NOT NULL DEFAULT 0,
    rejects_length bigint NOT NULL DEFAULT 0,
    rejects_path text NOT NULL,
    reasons jsonb NOT NULL DEFAULT '{}',
    started_at timestamptz NOT NULL,
    moved_at timestamptz,
    finished_at timestamptz,
    CHECK (position >= unchanged + rejected)
);
CREATE INDEX kernel_import_same ON kernel_import (kind, content, mapping, id);
"""


class Migration(migrations.Migration):
    dependencies = [("kernel", "0001_log")]
    operations = [migrations.RunSQL(IMPORT, "DROP TABLE kernel_import")]
