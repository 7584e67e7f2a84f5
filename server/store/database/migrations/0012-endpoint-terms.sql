-- What segments look endpoints up by: the values of the dimensions that some segment of an application asks for. Nothing
-- is written here for an application without dimensional segments, so an import into it costs nothing more.
CREATE TABLE indexed_dimensions (
  seq      INTEGER PRIMARY KEY AUTOINCREMENT,
  app      INTEGER NOT NULL REFERENCES apps (seq),
  name     TEXT NOT NULL, -- as in endpoint_values
  built_to INTEGER,       -- the last endpoint that is in the index; NULL once all are
  UNIQUE (app, name)
) STRICT;

CREATE TABLE endpoint_terms (
  dimension INTEGER NOT NULL REFERENCES indexed_dimensions (seq),
  value     ANY NOT NULL,
  endpoint  INTEGER NOT NULL,
  PRIMARY KEY (dimension, value, endpoint)
) STRICT, WITHOUT ROWID;

-- Every value of every dimension of an endpoint. Dates are numbers of days, so that they compare whatever their form.
CREATE VIEW endpoint_values AS
  SELECT seq, app, 'ChannelType' AS name, channel_type AS value FROM endpoints
  UNION ALL SELECT seq, app, 'EffectiveDate', julianday(effective_date) FROM endpoints
  UNION ALL SELECT e.seq, e.app, 'Demographic.' || d.key, d.value FROM endpoints e, json_each(e.demographic) d
  UNION ALL SELECT e.seq, e.app, 'Location.' || l.key, l.value FROM endpoints e, json_each(e.location) l
  UNION ALL SELECT e.seq, e.app, 'Metrics.' || m.key, m.value FROM endpoints e, json_each(e.metrics) m
  UNION ALL SELECT e.seq, e.app, 'Attributes.' || a.key, v.value
    FROM endpoints e, json_each(e.attributes) a, json_each(a.value) v
  UNION ALL SELECT e.seq, e.app, 'UserAttributes.' || a.key, v.value
    FROM endpoints e, json_each(e.user_attributes) a, json_each(a.value) v;

-- The index follows the endpoints, whoever writes them.
CREATE TRIGGER endpoint_terms_of_created AFTER INSERT ON endpoints
WHEN EXISTS (SELECT 1 FROM indexed_dimensions WHERE app = NEW.app)
BEGIN
  INSERT OR IGNORE INTO endpoint_terms
    SELECT d.seq, v.value, v.seq FROM endpoint_values v JOIN indexed_dimensions d ON d.app = v.app AND d.name = v.name
    WHERE v.seq = NEW.seq AND v.value IS NOT NULL;
END;

CREATE TRIGGER endpoint_terms_before_change BEFORE UPDATE ON endpoints
WHEN EXISTS (SELECT 1 FROM indexed_dimensions WHERE app = OLD.app)
BEGIN
  DELETE FROM endpoint_terms WHERE (dimension, value, endpoint) IN (
    SELECT d.seq, v.value, v.seq FROM endpoint_values v JOIN indexed_dimensions d ON d.app = v.app AND d.name = v.name
    WHERE v.seq = OLD.seq AND v.value IS NOT NULL);
END;

CREATE TRIGGER endpoint_terms_after_change AFTER UPDATE ON endpoints
WHEN EXISTS (SELECT 1 FROM indexed_dimensions WHERE app = NEW.app)
BEGIN
  INSERT OR IGNORE INTO endpoint_terms
    SELECT d.seq, v.value, v.seq FROM endpoint_values v JOIN indexed_dimensions d ON d.app = v.app AND d.name = v.name
    WHERE v.seq = NEW.seq AND v.value IS NOT NULL;
END;

CREATE TRIGGER endpoint_terms_of_deleted BEFORE DELETE ON endpoints
WHEN EXISTS (SELECT 1 FROM indexed_dimensions WHERE app = OLD.app)
BEGIN
  DELETE FROM endpoint_terms WHERE (dimension, value, endpoint) IN (
    SELECT d.seq, v.value, v.seq FROM endpoint_values v JOIN indexed_dimensions d ON d.app = v.app AND d.name = v.name
    WHERE v.seq = OLD.seq AND v.value IS NOT NULL);
END;
