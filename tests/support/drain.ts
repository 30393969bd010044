import { type Drained, drainLane } from '../../src/ingest/drain-lane'
import { SPILL_PREFIX } from '../../src/ingest/draining'

/** Drains every lane in which something lies, one after another. @returns what came of all */
export async function drainAll(needs: Parameters<typeof drainLane>[0], maxMs = 10_000) {
  const all: Drained = { stored: 0, left: 0, isCut: false, isBusy: false }
  for (const lane of await lanesIn(needs.blobs)) {
    const one = await drainLane({ wait: async () => {}, ...needs }, lane, maxMs)
    all.stored += one.stored
    all.left += one.left
    all.isCut ||= one.isCut
    all.isBusy ||= one.isBusy
  }
  return all
}

async function lanesIn(blobs: Parameters<typeof drainLane>[0]['blobs']): Promise<string[]> {
  const lanes: string[] = []
  let after: string | undefined
  for (;;) {
    const [first] = await blobs.list(SPILL_PREFIX, 1, after)
    if (first === undefined) return lanes
    const lane = first.key.split('/')[1]!
    lanes.push(lane)
    after = `${SPILL_PREFIX}${lane}/~`
  }
}
