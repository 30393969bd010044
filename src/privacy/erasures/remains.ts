/**
 * A request that had passed the door when tombstones were placed is stored within so long: a store that
 * takes longer has given it up.
 */
export const graceMs = 1000

/** Sentences say what an erasure leaves on one machine. */
export const remainsOnMachine = [
  'Counts by source, type and hour stay; they name nobody.',
  'Names and ids within longer texts, and numbers that are ids, stay: nobody can tell whose they are.',
  'Files in hot/damaged and segments in lake/refused that cannot be read stay as they are; /ready names them.',
  'Keyed digests of the ids stay as tombstones, so that late arrivals are known, and in this certificate.',
  'Backups that you made of the data folder hold what they held; erase again after restoring one.',
  'Webhooks have what was delivered to them.',
]
