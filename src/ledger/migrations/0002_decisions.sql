-- What was decided, added up by person and bucket of time. Actions and stages are the ban's words.

CREATE TABLE policies (
  id         INTEGER PRIMARY KEY,
  digest     TEXT    NOT NULL UNIQUE,               -- hexadecimal
  name       TEXT    NOT NULL,                      -- the ban's own id; '' until the ban was loaded
  first_seen INTEGER NOT NULL
) STRICT;

CREATE TABLE rules (
  id     INTEGER PRIMARY KEY,
  policy INTEGER NOT NULL REFERENCES policies (id),
  rule   TEXT    NOT NULL,
  UNIQUE (policy, rule)
) STRICT;

CREATE TABLE decisions (
  person  TEXT    NOT NULL CHECK (person <> ''),
  bucket  INTEGER NOT NULL,                         -- its start
  hours   INTEGER NOT NULL CHECK (hours IN (1, 24)),  -- its length
  rule    INTEGER NOT NULL REFERENCES rules (id),
  action  TEXT    NOT NULL,
  stage   TEXT    NOT NULL,
  channel TEXT    NOT NULL,
  count   INTEGER NOT NULL CHECK (count > 0),
  PRIMARY KEY (person, bucket, hours, rule, action, stage, channel)
) STRICT, WITHOUT ROWID;

-- What is left of decisions without a person. Shed ones know only their action and channel.
CREATE TABLE decision_counts (
  month   TEXT    NOT NULL,
  policy  TEXT    NOT NULL,                         -- digest
  rule    TEXT    NOT NULL,
  action  TEXT    NOT NULL,
  stage   TEXT    NOT NULL,
  channel TEXT    NOT NULL,
  why     TEXT    NOT NULL CHECK (why IN ('forgotten', 'shed')),
  count   INTEGER NOT NULL CHECK (count > 0),
  PRIMARY KEY (month, policy, rule, action, stage, channel, why)
) STRICT, WITHOUT ROWID;
