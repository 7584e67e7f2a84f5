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

-- Every value of the indexed dimensions of an endpoint. Times are numbers of days, so that they compare whatever their
-- form; a text that begins as no date does is none ('now' is another time every time). An endpoint without a value has
-- an empty blob, which nothing else is, where the endpoints without some value are asked for.
CREATE VIEW endpoint_values AS
  SELECT d.seq AS dimension, e.seq >> 14 AS block, e.seq AS endpoint, d.map, CASE d.map
      WHEN 'ChannelType' THEN coalesce(e.channel_type, x'')
      WHEN 'EffectiveDate' THEN julianday(e.effective_date)
      WHEN 'Demographic' THEN coalesce((SELECT value FROM json_each(e.demographic) WHERE key = d.key), x'')
      WHEN 'Location' THEN coalesce((SELECT value FROM json_each(e.location) WHERE key = d.key), x'')
      WHEN 'Metrics' THEN (SELECT value FROM json_each(e.metrics) WHERE key = d.key)
      WHEN 'Import' THEN EXISTS (
          SELECT 1 FROM import_members m
          WHERE m.job = CAST(d.key AS INTEGER) AND m.endpoint_id = e.id AND m.definition IS NULL)
        OR EXISTS (
          SELECT 1 FROM import_user_members u WHERE u.job = CAST(d.key AS INTEGER) AND u.user_id = e.user_id)
      WHEN 'Attributes' THEN coalesce(v.value, x'')
      WHEN 'UserAttributes' THEN coalesce(v.value, x'')
      WHEN 'AttributeDays' THEN CASE WHEN v.value GLOB '[0-9-]*' THEN julianday(v.value) END
      WHEN 'UserAttributeDays' THEN CASE WHEN v.value GLOB '[0-9-]*' THEN julianday(v.value) END
    END AS value
  FROM endpoints e CROSS JOIN indexed_dimensions d ON d.app = e.app
    LEFT JOIN json_each(CASE
      WHEN d.map IN ('Attributes', 'AttributeDays')
        THEN (SELECT value FROM json_each(e.attributes) WHERE key = d.key)
      WHEN d.map IN ('UserAttributes', 'UserAttributeDays')
        THEN (SELECT value FROM json_each(e.user_attributes) WHERE key = d.key)
    END) v;

-- The index follows the endpoints, whoever writes them; a change touches what depends on the columns that differ.
CREATE TRIGGER endpoint_terms_of_created AFTER INSERT ON endpoints
WHEN EXISTS (SELECT 1 FROM indexed_dimensions WHERE app = NEW.app)
BEGIN
  INSERT OR IGNORE INTO endpoint_terms
    SELECT dimension, block, value, endpoint FROM endpoint_values WHERE endpoint = NEW.seq;
END;

CREATE TRIGGER endpoint_terms_before_change BEFORE UPDATE ON endpoints
WHEN EXISTS (SELECT 1 FROM indexed_dimensions WHERE app = OLD.app)
BEGIN
  DELETE FROM endpoint_terms WHERE (dimension, block, value, endpoint) IN (
    SELECT dimension, block, value, endpoint FROM endpoint_values
    WHERE endpoint = OLD.seq AND CASE map
      WHEN 'ChannelType' THEN OLD.channel_type IS NOT NEW.channel_type
      WHEN 'EffectiveDate' THEN OLD.effective_date IS NOT NEW.effective_date
      WHEN 'Demographic' THEN OLD.demographic IS NOT NEW.demographic
      WHEN 'Location' THEN OLD.location IS NOT NEW.location
      WHEN 'Metrics' THEN OLD.metrics IS NOT NEW.metrics
      WHEN 'Import' THEN OLD.user_id IS NOT NEW.user_id
      WHEN 'Attributes' THEN OLD.attributes IS NOT NEW.attributes
      WHEN 'AttributeDays' THEN OLD.attributes IS NOT NEW.attributes
      ELSE OLD.user_attributes IS NOT NEW.user_attributes
    END);
END;

CREATE TRIGGER endpoint_terms_after_change AFTER UPDATE ON endpoints
WHEN EXISTS (SELECT 1 FROM indexed_dimensions WHERE app = NEW.app)
BEGIN
  INSERT OR IGNORE INTO endpoint_terms
    SELECT dimension, block, value, endpoint FROM endpoint_values
    WHERE endpoint = NEW.seq AND CASE map
      WHEN 'ChannelType' THEN OLD.channel_type IS NOT NEW.channel_type
      WHEN 'EffectiveDate' THEN OLD.effective_date IS NOT NEW.effective_date
      WHEN 'Demographic' THEN OLD.demographic IS NOT NEW.demographic
      WHEN 'Location' THEN OLD.location IS NOT NEW.location
      WHEN 'Metrics' THEN OLD.metrics IS NOT NEW.metrics
      WHEN 'Import' THEN OLD.user_id IS NOT NEW.user_id
      WHEN 'Attributes' THEN OLD.attributes IS NOT NEW.attributes
      WHEN 'AttributeDays' THEN OLD.attributes IS NOT NEW.attributes
      ELSE OLD.user_attributes IS NOT NEW.user_attributes
    END;
END;

CREATE TRIGGER endpoint_terms_of_deleted BEFORE DELETE ON endpoints
WHEN EXISTS (SELECT 1 FROM indexed_dimensions WHERE app = OLD.app)
BEGIN
  DELETE FROM endpoint_terms WHERE (dimension, block, value, endpoint) IN (
    SELECT dimension, block, value, endpoint FROM endpoint_values WHERE endpoint = OLD.seq);
END;
