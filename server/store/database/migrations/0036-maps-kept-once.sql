-- Locations and demographics that many endpoints have alike are kept once: instead of its JSON, a row has the number of one of
-- these, as text.
CREATE TABLE endpoint_maps (
  seq  INTEGER PRIMARY KEY,
  app  INTEGER NOT NULL REFERENCES apps (seq),
  json TEXT NOT NULL,
  UNIQUE (app, json)
) STRICT;

-- As in 0034, but for those.
DROP VIEW endpoint_values;
CREATE VIEW endpoint_values AS
  SELECT d.seq AS dimension, e.seq >> 14 AS block, e.seq AS endpoint, d.map, CASE d.map
      WHEN 'ChannelType' THEN coalesce(e.channel_type, x'')
      WHEN 'EffectiveDate' THEN iif(typeof(e.effective_date) = 'integer',
        (e.effective_date + 210866760000000) / 86400000.0, julianday(e.effective_date))
      WHEN 'Demographic' THEN coalesce((SELECT value FROM json_each(iif(e.demographic >= '{', e.demographic,
        (SELECT json FROM endpoint_maps WHERE seq = CAST(e.demographic AS INTEGER)))) WHERE key = d.key), x'')
      WHEN 'Location' THEN coalesce((SELECT value FROM json_each(iif(e.location >= '{', e.location,
        (SELECT json FROM endpoint_maps WHERE seq = CAST(e.location AS INTEGER)))) WHERE key = d.key), x'')
      WHEN 'Metrics' THEN (SELECT value FROM json_each(e.metrics) WHERE key = d.key)
      WHEN 'Import' THEN e.seq <= coalesce((
          SELECT m.last FROM import_members m WHERE m.job = CAST(d.key AS INTEGER) AND m.first <= e.seq
          ORDER BY m.first DESC LIMIT 1), 0)
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
