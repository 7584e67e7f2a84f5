-- A failure of a record says which of its object's records it is, from 1, and the record's Id. What failed as a whole has no
-- number, but may have the line that shows it. Of older failures the number is not known: it is 0.
ALTER TABLE import_failures ADD COLUMN number INTEGER;
ALTER TABLE import_failures ADD COLUMN id TEXT;
UPDATE import_failures SET number = 0 WHERE line IS NOT NULL;
DROP INDEX import_failures_by_job;
-- What failed as a whole comes before the records: it is why the job failed.
CREATE INDEX import_failures_by_job ON import_failures (job, (number IS NOT NULL), seq);
