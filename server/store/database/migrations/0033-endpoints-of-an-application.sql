-- Which stretches of 256 rows hold endpoints of an application, or have held some. An index of applications, which says the
-- same of each row, takes an import as long as one of ids that come in order.
CREATE TABLE endpoint_stretches (
  app     INTEGER NOT NULL REFERENCES apps (seq),
  stretch INTEGER NOT NULL, -- seq >> 8
  PRIMARY KEY (app, stretch)
) STRICT, WITHOUT ROWID;
INSERT INTO endpoint_stretches SELECT DISTINCT app, seq >> 8 FROM endpoints;
DROP INDEX endpoints_by_app;
