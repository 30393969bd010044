import { describe, expect, it, setDefaultTimeout } from 'bun:test'
import { indexProfiles } from '../../../src/platform/aws/deployed/index-profiles'
import { type TableName, type TableShape, tables } from '../../../src/platform/aws/deployed/tables'
import { graphOf, named, ofType, synthesise } from '../../support/graph/graphs'

// Each profile is a synthesis of its own.
setDefaultTimeout(240_000) // a synthesis takes 15 s on two idle cores

const names: Record<TableName, string> = {
  events: 'EventsTable',
  registry: 'RegistryTable',
  quarantine: 'QuarantineTable',
  documents: 'DocumentsTable',
  statements: 'StatementsTable',
  deliveries: 'DeliveriesTable',
  live: 'LiveTable',
}

const graph = graphOf('production')

describe('the tables', () => {
  it('are those of tables.ts', () => {
    const made = ofType(graph, 'Table').map(({ name }) => name)
    expect(made.sort()).toEqual(Object.values(names).sort())
  })

  for (const [shape, name] of Object.entries(names) as [TableName, string][]) {
    it(`${name} has the keys, the time to live and the stream of its shape`, () => {
      const { hashKey, rangeKey, ttl, stream }: TableShape = tables[shape]
      const { inputs } = named(graph, 'Table', name)
      expect(inputs.hashKey).toBe(hashKey)
      expect(inputs.rangeKey).toBe(rangeKey)
      expect(inputs.ttl).toEqual(ttl && { attributeName: ttl, enabled: true })
      expect(inputs.streamEnabled).toBe(stream !== undefined)
      expect(inputs.billingMode).toBe('PAY_PER_REQUEST')
    })
  }

  it('have cheap storage where little is read of what stays for years', () => {
    const rare = ofType(graph, 'Table')
      .filter(({ inputs }) => inputs.tableClass === 'STANDARD_INFREQUENT_ACCESS')
      .map(({ name }) => name)
    expect(rare).toEqual(['StatementsTable'])
  })

  it('can be brought back to any second of the last weeks where nothing else has what they hold', () => {
    const recovered = ofType(graph, 'Table')
      .filter(({ inputs }) => inputs.pointInTimeRecovery.enabled)
      .map(({ name }) => name)
    expect(recovered.sort()).toEqual(['DocumentsTable', 'QuarantineTable', 'RegistryTable'])
  })
})

describe('the indexes of the events', () => {
  for (const [profile, chosen] of Object.entries(indexProfiles)) {
    it(`are ${chosen.join(', ') || 'none'} in the profile ${profile}, and the functions know it`, () => {
      const made = graphOf('ci', { NONIUS_INDEX_PROFILE: profile })
      const indexes = named(made, 'Table', 'EventsTable').inputs.globalSecondaryIndexes
      const link = made.resources.find(({ name }) => name === 'NoniusLinkRef')!
      expect(indexes.map(({ name }: { name: string }) => name).sort()).toEqual([...chosen].sort())
      expect(link.inputs.properties.indexes).toEqual([...chosen])
      // The whole item in each would cost as much again as the event.
      expect(
        indexes.every((one: { projectionType: string }) => one.projectionType === 'KEYS_ONLY'),
      ).toBe(true)
    })
  }

  it('stay within what a million events may cost: a write unit each, at $0.625 a million', () => {
    const dollars = (profile: keyof typeof indexProfiles) =>
      0.625 * (1 + indexProfiles[profile].length)
    expect(dollars('lean')).toBeLessThan(1)
    expect(dollars('standard')).toBeLessThan(3)
  })

  it('come with how long events stay hot, unless the deployer says otherwise', () => {
    const days = (env: Record<string, string>) =>
      named(graphOf('ci', env), 'Function', 'ApiFunction').inputs.environment.variables
        .NONIUS_HOT_TTL_DAYS
    expect(days({ NONIUS_INDEX_PROFILE: 'lean' })).toBe('7')
    expect(days({ NONIUS_INDEX_PROFILE: 'standard' })).toBe('30')
    expect(days({ NONIUS_INDEX_PROFILE: 'lean', NONIUS_HOT_TTL_DAYS: '14' })).toBe('14')
  })

  it('are refused by name when there is no such profile', () => {
    const { status, stderr } = synthesise([], { NONIUS_INDEX_PROFILE: 'everything' })
    expect(status).toBe(1)
    expect(stderr).toContain('NONIUS_INDEX_PROFILE must be one of lean, standard, full')
  })
})

describe('the writes that the table of events takes', () => {
  it('are what AWS gives a new table, unless the deployer says so', () => {
    const { inputs } = named(graph, 'Table', 'EventsTable')
    expect(inputs).not.toHaveProperty('warmThroughput')
    expect(inputs).not.toHaveProperty('onDemandThroughput')
  })

  it('are as many in its indexes, which would hold it up, and are bounded in the table alone', () => {
    const warmed = graphOf('ci', { NONIUS_WARM_WRITES: '40000', NONIUS_MAX_WRITES: '60000' })
    const warm = { writeUnitsPerSecond: 40_000 }
    for (const { name, inputs } of ofType(warmed, 'Table')) {
      const isEvents = name === 'EventsTable'
      expect(inputs.warmThroughput).toEqual(isEvents ? warm : undefined)
      expect(inputs.onDemandThroughput).toEqual(
        isEvents ? { maxWriteRequestUnits: 60_000 } : undefined,
      )
      for (const index of inputs.globalSecondaryIndexes ?? []) {
        expect(index.warmThroughput).toEqual(isEvents ? warm : undefined)
        expect(index).not.toHaveProperty('onDemandThroughput')
      }
    }
  })

  it('are not allowed to be fewer than they are warmed for', () => {
    const env = { NONIUS_WARM_WRITES: '40000', NONIUS_MAX_WRITES: '39999' }
    const { status, stderr } = synthesise([], env)
    expect(status).toBe(1)
    expect(stderr).toContain('NONIUS_MAX_WRITES must not be below NONIUS_WARM_WRITES, 40000')
  })
})

describe('a table of production', () => {
  it('stops a deployment that would replace it by an empty one', () => {
    // The provider replaces a table whose warm throughput is lowered.
    for (const { inputs, ...made } of ofType(graph, 'Table')) {
      expect([made.name, made.protect]).toEqual([made.name, true])
    }
    const thrownAway = ofType(graphOf('ci'), 'Table').filter(({ protect }) => protect)
    expect(thrownAway).toEqual([])
  })
})
