-- Who was told what: one notice a person, device, rule and stage, even across a restart.

CREATE TABLE notices (
  person     TEXT    NOT NULL CHECK (person <> ''),
  device_key TEXT    NOT NULL,
  rule       TEXT    NOT NULL,
  stage      TEXT    NOT NULL,
  given_at   INTEGER NOT NULL,
  PRIMARY KEY (person, device_key, rule, stage)
) STRICT, WITHOUT ROWID;
