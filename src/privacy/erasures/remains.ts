const everywhere = [
  'Counts by source, type and hour stay; they name nobody.',
  'Names and ids within longer texts, and numbers that are ids, stay: nobody can tell whose they are.',
  'Keyed digests of the ids stay as tombstones, so that late arrivals are known, and in this certificate.',
  'Webhooks have what was delivered to them.',
]

/** These hold on one machine: sentences say what an erasure leaves there. */
export const onMachine = {
  /**
   * A request that had passed the door when tombstones were placed is stored within so long: a store that
   * takes longer has given it up.
   */
  graceMs: 1000,
  remains: [
    ...everywhere,
    'Files in hot/damaged and segments in lake/refused that cannot be read stay as they are; /ready names them.',
    'Backups that you made of the data folder hold what they held; erase again after restoring one.',
  ],
}

/** These hold on AWS. */
export const onAws = {
  // Another process may have remembered for five seconds that there was nobody to look out for.
  graceMs: 10_000,
  remains: [
    ...everywhere,
    'Recovery to a point in time holds the tables of documents, quarantine and registry for 35 days more.',
    'The stream of the table, Firehose and the log of live readers hold events for a day more; the lake’s job takes out what comes late.',
    'Answers of queries stay in their bucket for 30 days, and what Firehose could not convert for 90.',
    'Messages of queues hold ids of events alone, for 14 days at most.',
  ],
}
