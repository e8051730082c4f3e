-- Examined phones, and whose they are. A phone is known by its serial number or a hash of it,
-- whichever the organisation's inventory uses; the ledger only compares the texts.

CREATE TABLE owners (
  serial TEXT PRIMARY KEY CHECK (serial <> ''),
  person TEXT NOT NULL CHECK (person <> '')
) STRICT, WITHOUT ROWID;

CREATE INDEX owners_by_person ON owners (person);

CREATE TABLE examinations (
  id            INTEGER PRIMARY KEY,
  serial        TEXT    NOT NULL,                   -- '': the backup names none
  product_type  TEXT    NOT NULL,
  build         TEXT    NOT NULL,
  verdict       TEXT    NOT NULL CHECK (verdict IN ('no_trace_found', 'inconclusive', 'suspicious', 'compromised')),
  examined_at   INTEGER NOT NULL,
  report_digest TEXT    NOT NULL,
  owner         TEXT    NOT NULL,                   -- named at the examination; '': ask owners
  withdrawn_at  INTEGER,                            -- the mark "compromised" was taken back
  withdrawn_by  TEXT,
  withdrawn_why TEXT,
  CHECK ((withdrawn_at IS NULL) = (withdrawn_by IS NULL) AND (withdrawn_at IS NULL) = (withdrawn_why IS NULL))
) STRICT;

CREATE INDEX examinations_by_serial ON examinations (serial);
-- The marks that stand: few among many.
CREATE INDEX examinations_marked ON examinations (id) WHERE verdict = 'compromised' AND withdrawn_at IS NULL;
