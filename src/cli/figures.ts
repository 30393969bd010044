import { systemClock } from '../platform/clock'
import type { Gauges } from '../platform/platform'

/** Figures of a server, as far as they could be found out. */
export type Figures = Partial<Gauges>

// `name{label="value",…} number`, as our own /metrics writes it.
const SAMPLE = /^(nonius_\w+)(?:\{(?:.*?="([^"]*)")?.*\})? (\S+)$/gm

/** Reads figures from the text of `/metrics`. */
export function figuresIn(exposed: string): Figures {
  const found = new Map<string, Map<string, number>>()
  for (const [, name, label = '', value] of exposed.matchAll(SAMPLE)) {
    found.set(name!, (found.get(name!) ?? new Map()).set(label, Number(value)))
  }
  const all = (name: string) => found.get(`nonius_${name}`) ?? new Map<string, number>()
  const one = (name: string, label = '') => all(name).get(label) ?? 0
  const states = ['waiting', 'inFlight', 'parked', 'dead'] as const
  return {
    consumers: [...all('consumer_lag_records')].map(([consumer, records]) => {
      return { consumer, records, ageMs: one('consumer_lag_seconds', consumer) * 1000 }
    }),
    disk: { freeBytes: one('disk_free_bytes'), sizeBytes: one('disk_size_bytes') },
    quarantineItems: one('quarantine_items'),
    deliveries: Object.fromEntries(
      states.map((state) => [state, one('deliveries', state)]),
    ) as Gauges['deliveries'],
  }
}

/** Reads figures from a data folder, also while a server runs on it. @throws {StorageError} */
export async function figuresOfFolder(dataDir: string): Promise<Figures> {
  const [{ openRegistryFile }, { readGauges }, { createDeliveryQueue }] = await Promise.all([
    import('../platform/local'),
    import('../platform/local/gauges'),
    import('../platform/local/delivery-queue'),
  ])
  const { db } = openRegistryFile(dataDir)
  try {
    const deliveries = createDeliveryQueue(db, systemClock)
    // Which consumer is how far behind is known to the server alone.
    const { consumers: _, ...rest } = await readGauges(dataDir, {
      db,
      changes: { lags: () => [] },
      deliveries,
    })
    return rest
  } finally {
    db.close()
  }
}
