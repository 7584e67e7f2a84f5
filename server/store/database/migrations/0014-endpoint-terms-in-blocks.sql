-- The index of endpoints by blocks of 16384 rows: what is written together lies together, whatever its values, and the
-- members of a segment are found in the order of rows. What is in the index of today is built anew when it is asked for.
DROP TRIGGER endpoint_terms_of_created;
DROP TRIGGER endpoint_terms_before_change;
DROP TRIGGER endpoint_terms_after_change;
DROP TRIGGER endpoint_terms_of_deleted;
DROP VIEW endpoint_values;
DROP TABLE endpoint_terms;
DROP TABLE indexed_dimensions;

CREATE TABLE indexed_dimensions (
  seq      INTEGER PRIMARY KEY AUTOINCREMENT,
  app      INTEGER NOT NULL REFERENCES apps (seq),
  name     TEXT NOT NULL, -- map, or map.key, as in endpoint_values
  map      TEXT NOT NULL AS (substr(name, 1, instr(name || '.', '.') - 1)),
  key      TEXT NOT NULL AS (substr(name, instr(name || '.', '.') + 1)),
  built_to INTEGER,       -- the last endpoint that is in the index; NULL once all are
  UNIQUE (app, name)
) STRICT;

CREATE TABLE endpoint_terms (
  dimension INTEGER NOT NULL REFERENCES indexed_dimensions (seq),
  block     INTEGER NOT NULL, -- endpoint >> 14
  value     ANY NOT NULL,
  endpoint  INTEGER NOT NULL,
  PRIMARY KEY (dimension, block, value, endpoint)
) STRICT, WITHOUT ROWID;

CREATE INDEX endpoints_by_app ON endpoints (app);
