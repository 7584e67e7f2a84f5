-- Rules by which calls and jobs fail, or take long, because a caller wants them to.
CREATE TABLE faults (
  seq        INTEGER PRIMARY KEY AUTOINCREMENT,
  id         TEXT NOT NULL UNIQUE,
  rule       TEXT NOT NULL, -- JSON, as it was sent
  times_left INTEGER        -- NULL: any number
) STRICT;

-- Which rules strike a job, decided once for each that could matter: JSON, by the rule's id.
ALTER TABLE import_jobs ADD COLUMN faults TEXT NOT NULL DEFAULT '{}';
ALTER TABLE export_jobs ADD COLUMN faults TEXT NOT NULL DEFAULT '{}';
