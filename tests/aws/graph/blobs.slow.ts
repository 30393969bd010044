import { expect, it, setDefaultTimeout } from 'bun:test'
import { readConfig } from '../../../src/config/read-config'
import { SPILL_PREFIX } from '../../../src/ingest/draining'
import {
  EXPIRING_DOCUMENTS,
  LASTING_DOCUMENTS,
  STATEMENT_BODIES,
} from '../../../src/platform/aws/deployed/blobs'
import { UNCONVERTED } from '../../../src/platform/aws/draining/unconverted'
import { FAILED_BATCHES } from '../../../src/platform/aws/lambda/failed-batches'
import { MAX_LIFETIME_MS } from '../../../src/platform/document-store'
import { graphOf, named, ofType } from '../../support/graph/graphs'

setDefaultTimeout(240_000) // a synthesis takes 15 s on two idle cores

interface Rule {
  filter?: { prefix?: string }
  expiration?: { days?: number }
}

const graph = graphOf('production')
const rules: Rule[] = ofType(graph, 'BucketLifecycleConfiguration')
  .filter(({ name }) => name.startsWith('Blobs'))
  .flatMap(({ inputs }) => inputs.rules)

it('expires bodies a week after the hot copies that name them', () => {
  const { environment } = named(graph, 'Function', 'ApiFunction').inputs
  const { hotTtlDays } = readConfig(environment.variables)
  const bodies = rules.find(({ filter }) => filter?.prefix === 'bodies/')
  expect(bodies?.expiration?.days).toBe(hotTtlDays + 7)
})

it('expires statements in it a week after the items that name them', () => {
  const { environment } = named(graph, 'Function', 'ApiFunction').inputs
  const { xapiRetentionDays } = readConfig(environment.variables)
  const statements = rules.find(({ filter }) => filter?.prefix === STATEMENT_BODIES)
  expect(statements?.expiration?.days).toBe(xapiRetentionDays + 7)
})

it('expires documents in it after the latest time at which they may expire', () => {
  const documents = rules.find(({ filter }) => filter?.prefix === EXPIRING_DOCUMENTS)
  const days = MAX_LIFETIME_MS / (24 * 60 * 60 * 1000)
  expect(documents?.expiration?.days).toBeGreaterThan(days)
  expect(documents?.expiration?.days).toBeLessThanOrEqual(days + 7)
})

it('expires attachments after the last statement that can name them', () => {
  const { environment } = named(graph, 'Function', 'ApiFunction').inputs
  const { xapiRetentionDays } = readConfig(environment.variables)
  const attachments = rules.find(({ filter }) => filter?.prefix === 'attachments/')
  expect(attachments?.expiration?.days).toBeGreaterThan(xapiRetentionDays)
})

it('expires texts of quarantine only after their items are surely forgotten', () => {
  const { environment } = named(graph, 'Function', 'SweepFunction').inputs
  const { quarantineDays } = readConfig(environment.variables)
  const texts = rules.find(({ filter }) => filter?.prefix === 'quarantine/')
  expect(texts?.expiration?.days).toBeGreaterThan(quarantineDays + 7)
  expect(texts?.expiration?.days).toBeLessThan(quarantineDays + 60)
})

it('never expires what could not be converted, in the bucket of the lake', () => {
  const lake = ofType(graph, 'BucketLifecycleConfiguration').filter(({ name }) =>
    name.startsWith('Lake'),
  )
  const prefixes = lake
    .flatMap(({ inputs }) => inputs.rules)
    .map(({ filter }: Rule) => filter?.prefix)
  expect(prefixes.length).toBeGreaterThan(3)
  for (const prefix of prefixes) {
    expect(prefix).toBeTruthy()
    expect(UNCONVERTED.startsWith(prefix!) || prefix!.startsWith(UNCONVERTED)).toBe(false)
  }
})

// A request that was acknowledged, and a change that nobody has had, wait for as long as it takes.
const waitingPrefixes = [SPILL_PREFIX, FAILED_BATCHES, 'failed/', LASTING_DOCUMENTS]
for (const waiting of waitingPrefixes) {
  it(`never expires what lies under ${waiting}`, () => {
    for (const { filter } of rules) {
      const prefix = filter?.prefix ?? ''
      expect(prefix.startsWith(waiting) || waiting.startsWith(prefix)).toBe(false)
    }
  })
}
