/**
 * A request that had passed the door when tombstones were placed is stored within so long: a store that
 * takes longer has given it up.
 */
export const graceMs = 1000

/** On AWS a write is given up within seconds; what follows the log is behind by as much. */
export const graceOnAws = 30_000

/** Sentences say what an erasure leaves on AWS. */
export const remainsOnAws = [
  'Counts by source, type and hour stay; they name nobody.',
  'Names and ids within longer texts, and numbers that are ids, stay: nobody can tell whose they are.',
  'Keyed digests of the ids stay as tombstones, so that late arrivals are known, and in this certificate.',
  'Files of the lake that landed before the request are gone by the day that is named there, if its nightly job runs.',
  'The tables of keys, quarantine and documents can be restored to any second of the last 35 days; erase again after doing so. The other tables and the buckets have no such copies.',
  'Answers of Athena stay in the bucket of results for 30 days.',
  'The log that live readers follow forgets within a day.',
  'Webhooks have what was delivered to them.',
]

/** Sentences say what an erasure leaves on one machine. */
export const remainsOnMachine = [
  'Counts by source, type and hour stay; they name nobody.',
  'Names and ids within longer texts, and numbers that are ids, stay: nobody can tell whose they are.',
  'Files in hot/damaged and segments in lake/refused that cannot be read stay as they are; /ready names them.',
  'Keyed digests of the ids stay as tombstones, so that late arrivals are known, and in this certificate.',
  'Backups that you made of the data folder hold what they held; erase again after restoring one.',
  'Webhooks have what was delivered to them.',
]
