import { describe, expect, it } from 'bun:test'
import { SHARDS } from '../../src/platform/aws/events/keys'
import { drawDay } from '../../tools/capacity/draw-day'
import { usualLoad } from '../../tools/capacity/load'
import { breakingPoints, needsOf } from '../../tools/capacity/needs'
import { quotas } from '../../tools/capacity/quotas'
import { shardCounts, simulateDay, zipf } from '../../tools/capacity/simulate'
import { footprintOf } from '../../tools/cost/footprint'
import { read } from '../support/repository'

const footprint = await footprintOf(1500, 'full')
const needFor = (eps: number, part: string) =>
  needsOf({ ...usualLoad, eps }, footprint).find((need) => need.part.includes(part))!

describe('the capacity plan', () => {
  it('asks of the table what its items cost, and of each index one unit an event', () => {
    expect(needFor(1000, 'events table: writes').amount).toBeCloseTo(1000 * footprint.tableWrites)
    // The largest tenant's fifth of the events, over sixteen shards.
    expect(needFor(16_000, 'index time').amount).toBeCloseTo((16_000 * 0.2) / 16)
  })

  it('grows in proportion, where nothing is rounded up', () => {
    for (const part of ['api:', 'Firehose: data', 'webhooks', 'index type']) {
      expect(needFor(20_000, part).amount / needFor(10_000, part).amount).toBeCloseTo(2)
    }
  })

  it('says which limit is met first, in order, each at the rate where it really is', () => {
    const found = breakingPoints({ ...usualLoad, eps: 1 }, footprint)
    expect(found.map(({ eps }) => eps)).toEqual(
      found.map(({ eps }) => eps).toSorted((a, b) => a - b),
    )
    expect(found[0]!.part).toStartWith('Firehose: data')
    const { eps } = found.find(({ part }) => part.startsWith('events table'))!
    expect(needFor(eps, 'events table: writes').amount).toBeLessThanOrEqual(
      quotas.tableWrites.value,
    )
    expect(needFor(eps * 1.01, 'events table: writes').amount).toBeGreaterThan(
      quotas.tableWrites.value,
    )
  })
})

describe('the simulated school day', () => {
  it('is the same each time, and has the mean that was asked for', () => {
    const day = { eps: 500, tenants: 20, shards: [1, 16] }
    expect(simulateDay(day)).toEqual(simulateDay(day))
    expect(simulateDay({ ...day, seed: 2 })).not.toEqual(simulateDay(day))
  })

  it('peaks at the bell, and spreads the largest school over its shards', () => {
    const { peakEps, peakTenantEps, hottest } = simulateDay({
      eps: 500,
      tenants: 20,
      shards: [1, 16],
    })
    expect(peakEps).toBeGreaterThan(500 * 8)
    expect(hottest[0]!.writes).toBe(peakTenantEps)
    // The fullest of sixteen is above a sixteenth, and far below a quarter.
    expect(hottest[1]!.writes).toBeGreaterThan(peakTenantEps / 16)
    expect(hottest[1]!.writes).toBeLessThan(peakTenantEps / 4)
  })

  it('backs the shard counts: 5,000 events a second on average, at the bell, by one school in five', () => {
    const room = quotas.partitionWrites.value * 0.8
    for (const index of ['time', 'type'] as const) {
      // Of one type are three events in five, at most.
      const eps = index === 'type' ? 5000 * 0.6 : 5000
      const { hottest } = simulateDay({ eps, tenants: 100, shards: [1, SHARDS[index]] })
      expect(hottest[0]!.writes).toBeGreaterThan(quotas.partitionWrites.value)
      expect(hottest[1]!.writes).toBeLessThan(room)
    }
  })

  it('shares by Zipf’s law', () => {
    const shares = zipf(100)
    expect(shares.reduce((a, b) => a + b)).toBeCloseTo(1)
    expect(shares[0]! / shares[9]!).toBeCloseTo(10)
  })
})

describe('the document', () => {
  const document = read('docs/scale.md')
  const numbersOf = (row: string) =>
    [...row.matchAll(/[\d,]+/g)].map(([number]) => Number(number.replaceAll(',', '')))
  const rowsAfter = (heading: string) =>
    document
      .split(heading)[1]!
      .split('\n\n')
      .find((block) => block.startsWith('|'))!
      .split('\n')
      .slice(2)

  it('has the rates at which limits are met, to a hundredth', async () => {
    const profile = await footprintOf(1500, 'standard')
    const found = breakingPoints({ ...usualLoad, eps: 1 }, profile)
    const told = rowsAfter('## What breaks first').map((row) => numbersOf(row)[0]!)
    expect(told).toHaveLength(5)
    told.forEach((eps, at) => {
      expect(Math.abs(eps / found[at]!.eps - 1)).toBeLessThan(0.01)
    })
  })

  it('has the days that are simulated, to a few hundredths', () => {
    for (const row of rowsAfter('## A school day')) {
      const [eps, ...told] = numbersOf(row)
      const day = simulateDay({ eps: eps!, tenants: 100, shards: shardCounts })
      const hottest = [1, 16, 256].map(
        (count) => day.hottest.find(({ shards }) => shards === count)!.writes,
      )
      const found = [day.peakEps, day.peakTenantEps, ...hottest]
      expect(told).toHaveLength(found.length)
      told.forEach((number, at) => {
        expect(Math.abs(number / found[at]! - 1)).toBeLessThan(0.03)
      })
    }
  })

  it('shows the day of its middle row as `npm run capacity` draws it', () => {
    const { course } = simulateDay({ eps: 5000, tenants: 100, shards: shardCounts })
    expect(read('docs/school-day.svg')).toBe(drawDay({ eps: 5000, course }))
    expect(document).toContain('](school-day.svg)')
  })
})
