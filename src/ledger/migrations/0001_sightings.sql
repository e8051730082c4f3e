-- Which devices authenticated work persons were seen with, and through what.
-- Times are microseconds since 1970-01-01T00:00:00Z. Names are those of a ban file; '' is "not known".

CREATE TABLE devices (
  id         INTEGER PRIMARY KEY,
  vendor     TEXT NOT NULL,
  family     TEXT NOT NULL,
  line       TEXT NOT NULL,
  os         TEXT NOT NULL,
  os_version TEXT NOT NULL,
  build      TEXT NOT NULL,
  model      TEXT NOT NULL,
  UNIQUE (vendor, family, line, os, os_version, build, model)
) STRICT;

CREATE TABLE sightings (
  person  TEXT    NOT NULL CHECK (person <> ''),
  device  INTEGER NOT NULL REFERENCES devices (id),
  channel TEXT    NOT NULL,
  grade   TEXT    NOT NULL,                         -- of the claim, when last seen
  first   INTEGER NOT NULL,
  last    INTEGER NOT NULL,
  count   INTEGER NOT NULL CHECK (count > 0),
  shed    INTEGER NOT NULL CHECK (shed BETWEEN 0 AND count),  -- of count: model, version and build were dropped
  PRIMARY KEY (person, device, channel)
) STRICT, WITHOUT ROWID;

-- For deleting the devices that nobody has any more.
CREATE INDEX sightings_by_device ON sightings (device);

-- What is left of sightings without a person.
CREATE TABLE sighting_counts (
  month   TEXT    NOT NULL,                         -- '2023-07', of the last time seen
  vendor  TEXT    NOT NULL,
  line    TEXT    NOT NULL,
  channel TEXT    NOT NULL,
  why     TEXT    NOT NULL CHECK (why IN ('forgotten', 'shed')),
  count   INTEGER NOT NULL CHECK (count > 0),
  PRIMARY KEY (month, vendor, line, channel, why)
) STRICT, WITHOUT ROWID;
