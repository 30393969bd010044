import { expect, it, setDefaultTimeout } from 'bun:test'
import { readConfig } from '../../../src/config/read-config'
import { SPILL_PREFIX } from '../../../src/ingest/spill'
import { FAILED_BATCHES } from '../../../src/platform/aws/lambda/failed-batches'
import { graphOf, named, ofType } from '../../support/graph/graphs'

setDefaultTimeout(60_000)

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

// A request that was acknowledged, and a change that nobody has had, wait for as long as it takes.
for (const waiting of [SPILL_PREFIX, FAILED_BATCHES, 'failed/', 'quarantine/']) {
  it(`never expires what lies under ${waiting}`, () => {
    for (const { filter } of rules) {
      const prefix = filter?.prefix ?? ''
      expect(prefix.startsWith(waiting) || waiting.startsWith(prefix)).toBe(false)
    }
  })
}
