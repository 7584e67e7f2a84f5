CREATE TABLE apps (
  seq           INTEGER PRIMARY KEY AUTOINCREMENT,
  -- NULL once the application is deleted: it is gone for every caller at once, whatever it holds, and the
  -- worker clears its rows away in small steps.
  id            TEXT UNIQUE,
  arn           TEXT NOT NULL,
  name          TEXT NOT NULL,
  creation_date TEXT NOT NULL
) STRICT;

CREATE TABLE tags (
  resource_arn TEXT NOT NULL,
  key          TEXT NOT NULL,
  value        TEXT NOT NULL,
  PRIMARY KEY (resource_arn, key)
) STRICT, WITHOUT ROWID;
