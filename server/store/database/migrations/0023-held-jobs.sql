-- The last state in which a job was held, all being done there.
ALTER TABLE import_jobs ADD COLUMN held_in TEXT;
ALTER TABLE export_jobs ADD COLUMN held_in TEXT;
