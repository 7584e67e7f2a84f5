CREATE TABLE endpoints (
  -- Never given twice: endpoints_before_import names rows by it, also rows that are gone.
  seq             INTEGER PRIMARY KEY AUTOINCREMENT,
  app             INTEGER NOT NULL REFERENCES apps (seq),
  id              TEXT NOT NULL COLLATE NOCASE,
  channel_type    TEXT,
  address         TEXT,
  endpoint_status TEXT NOT NULL,
  opt_out         TEXT NOT NULL,
  request_id      TEXT NOT NULL,
  cohort_id       TEXT NOT NULL,
  creation_date   TEXT NOT NULL,
  effective_date  TEXT NOT NULL,
  user_id         TEXT,
  user_attributes TEXT, -- JSON, as are the next four; NULL where empty
  attributes      TEXT,
  metrics         TEXT,
  location        TEXT,
  demographic     TEXT,
  import_job      INTEGER, -- the job that wrote it last; NULL when a caller did
  UNIQUE (app, id)
) STRICT;
CREATE INDEX endpoints_by_user ON endpoints (app, user_id) WHERE user_id IS NOT NULL;
CREATE INDEX endpoints_by_address ON endpoints (app, address)
  WHERE address IS NOT NULL AND endpoint_status = 'ACTIVE';

-- Endpoints as they were before a job changed them, for as long as the job can still fail.
CREATE TABLE endpoints_before_import (
  job             INTEGER NOT NULL REFERENCES import_jobs (seq),
  seq             INTEGER NOT NULL,
  app             INTEGER NOT NULL,
  id              TEXT NOT NULL,
  channel_type    TEXT,
  address         TEXT,
  endpoint_status TEXT NOT NULL,
  opt_out         TEXT NOT NULL,
  request_id      TEXT NOT NULL,
  cohort_id       TEXT NOT NULL,
  creation_date   TEXT NOT NULL,
  effective_date  TEXT NOT NULL,
  user_id         TEXT,
  user_attributes TEXT,
  attributes      TEXT,
  metrics         TEXT,
  location        TEXT,
  demographic     TEXT,
  import_job      INTEGER,
  PRIMARY KEY (job, seq)
) STRICT, WITHOUT ROWID;
-- What later jobs keep of an earlier one's writes, for when that one fails first.
CREATE INDEX endpoints_kept_of_import ON endpoints_before_import (import_job, seq) WHERE import_job IS NOT NULL;
