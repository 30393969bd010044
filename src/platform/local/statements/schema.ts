/**
 * The tables of `statements.db`.
 *
 * A statement has its keys with it, so that all its rows in `finders` can be removed again: `own` are
 * those of what it says, `inherited` those of what the statements say to which it leads. `spreads`
 * is work that was begun: the referrers of a statement, behind `after`, inherit `keys`, or have to
 * look anew at what they inherit where `keys` is NULL. `filed` has one row: `finders` has the rows of
 * all statements up to this one (`finders.ts`). `settled` has one row: how far the follower
 * of the log had come when everything that it had added was on the disk.
 */
export const statementsSchema = `
CREATE TABLE IF NOT EXISTS tenants (
  number INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE
) STRICT;
CREATE TABLE IF NOT EXISTS statements (
  seq INTEGER PRIMARY KEY,
  tenant INTEGER NOT NULL,
  id BLOB NOT NULL,
  stored INTEGER NOT NULL,
  expires INTEGER NOT NULL,
  voids INTEGER NOT NULL,
  voided INTEGER NOT NULL,
  refersTo BLOB,
  own BLOB NOT NULL,
  inherited BLOB,
  json TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX IF NOT EXISTS statementsById ON statements (tenant, id);
CREATE INDEX IF NOT EXISTS statementsByTarget ON statements (tenant, refersTo)
  WHERE refersTo IS NOT NULL;
CREATE INDEX IF NOT EXISTS voidersByTarget ON statements (tenant, refersTo) WHERE voids = 1;
CREATE INDEX IF NOT EXISTS statementsByExpiry ON statements (expires);
CREATE TABLE IF NOT EXISTS finders (
  key INTEGER NOT NULL,
  stored INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  PRIMARY KEY (key, stored, seq)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS filed (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  seq INTEGER NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS spreads (
  number INTEGER PRIMARY KEY,
  tenant INTEGER NOT NULL,
  target BLOB NOT NULL,
  keys BLOB,
  after INTEGER NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS fragments (
  number INTEGER PRIMARY KEY,
  owner INTEGER NOT NULL,
  said INTEGER NOT NULL UNIQUE,
  ofAgent INTEGER NOT NULL,
  tenant INTEGER NOT NULL,
  sayer INTEGER NOT NULL,
  expires INTEGER NOT NULL,
  id TEXT NOT NULL,
  json TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS fragmentsByOwner ON fragments (owner, number);
CREATE INDEX IF NOT EXISTS fragmentsBySayer ON fragments (sayer);
CREATE INDEX IF NOT EXISTS fragmentsByExpiry ON fragments (expires);
CREATE TABLE IF NOT EXISTS settled (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  position INTEGER NOT NULL,
  through INTEGER NOT NULL
) STRICT`
