-- Of a job that the seed has asked for: which of its imports that was, so that it is not done again.
ALTER TABLE import_jobs ADD COLUMN seed_entry TEXT;
