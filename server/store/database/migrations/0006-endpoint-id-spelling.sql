-- Ids are compared without regard to case, in every alphabet, and SQLite's NOCASE knows A to Z alone. So the id is kept
-- in lower case, and its spelling beside it where that differs; in older rows the id is the spelling.
ALTER TABLE endpoints ADD COLUMN spelling TEXT;
ALTER TABLE endpoints_before_import ADD COLUMN spelling TEXT;
