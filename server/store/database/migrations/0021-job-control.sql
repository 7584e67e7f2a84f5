-- How jobs advance, once a caller has said so; else the settings say it.
CREATE TABLE job_control (
  only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
  mode     TEXT NOT NULL, -- immediate, timed or manual
  delay_ms INTEGER,       -- of timed alone
  CHECK ((mode = 'timed') = (delay_ms IS NOT NULL))
) STRICT;

-- The states that a job may leave where jobs are advanced by hand: JSON.
ALTER TABLE import_jobs ADD COLUMN may_leave TEXT NOT NULL DEFAULT '[]';
ALTER TABLE export_jobs ADD COLUMN may_leave TEXT NOT NULL DEFAULT '[]';
