-- The keys of an application are next to each other now (endpoint_key).
DROP INDEX endpoints_by_key;
UPDATE endpoints SET key = endpoint_key(app, id);
CREATE INDEX endpoints_by_key ON endpoints (key);
