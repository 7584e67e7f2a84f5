-- Counts up whenever one of a user's endpoints is written, so that the one that is longest unchanged can be told among
-- those of the same millisecond; in older rows all are alike.
ALTER TABLE endpoints ADD COLUMN turn INTEGER NOT NULL DEFAULT 0;
ALTER TABLE endpoints_before_import ADD COLUMN turn INTEGER NOT NULL DEFAULT 0;
