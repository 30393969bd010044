import { describe, expect, it } from 'bun:test'
import fc from 'fast-check'
import { compileBlocklist } from '../blocklist/compile'
import { readPolicy } from '../policy/read'
import { readPmss } from './read'

/** A block, made up: what it selects, and what it says. */
const values = {
  domain: ['a.example', 'b.example'],
  source: ['app', 'reader'],
  tenant: ['t', 'u'],
  address: ['203.0.113.7', '2001:db8::1'],
}
type Attribute = keyof typeof values
const attributes = Object.keys(values) as Attribute[]
const blocks = fc.record({
  type: fc.constantFrom('incoming_events', '*', ''),
  attributes: fc.dictionary(fc.constantFrom(...attributes), fc.constantFrom(undefined, 0, 1), {
    maxKeys: 3,
  }),
  action: fc.constantFrom(undefined, 'TRANSMIT', 'MAINTAIN', 'DROP'),
  limit: fc.constantFrom(undefined, 'MINUTES', 'DAYS', 'PERMANENT', '90000'),
})
type MadeUp = typeof blocks extends fc.Arbitrary<infer One> ? One : never

const valueAt = (name: string, at: number | undefined) =>
  at === undefined ? undefined : values[name as Attribute][at]

function written({ type, attributes: asked, action, limit }: MadeUp): string {
  const selected = Object.entries(asked).map(([name, at]) => {
    const value = valueAt(name, at)
    return value === undefined ? `[${name}]` : `[${name}="${value}"]`
  })
  const settings = [
    action && `blacklist_event_action: ${action};`,
    limit && `blacklist_time_limit: ${limit};`,
  ]
  const selector = `${type}${selected.join('')}`
  return `${selector === '' ? '*' : selector} { ${settings.filter((one) => one).join(' ')} }`
}

/**
 * Asks a sheet as `pmss` 0.0.3 does: of each setting the most specific selector counts, of those the first, with the
 * last that is said of the same selector.
 */
function setting(
  sheet: MadeUp[],
  facts: Record<string, string | undefined>,
  of: 'action' | 'limit',
) {
  const bySelector = new Map<string, { one: MadeUp; value: string }>()
  for (const one of sheet) {
    const value = one[of]
    if (value === undefined) continue
    const [selector = ''] = written(one).split(' {')
    bySelector.set(selector, { one, value })
  }
  let best = -1
  let found: string | undefined
  for (const { one, value } of bySelector.values()) {
    const asked = Object.entries(one.attributes)
    const holds = asked.every(([name, at]) => {
      const wanted = valueAt(name, at)
      return wanted === undefined ? facts[name] !== undefined : facts[name] === wanted
    })
    const weight = asked.length * 10 + (one.type === 'incoming_events' ? 1 : 0)
    if (!holds || weight <= best) continue
    best = weight
    found = value
  }
  return found
}

describe('a blocklist that was read from PMSS', () => {
  const facts = fc.record({
    domain: fc.constantFrom(undefined, ...values.domain, 'c.example'),
    source: fc.constantFrom(undefined, ...values.source),
    tenant: fc.constantFrom(...values.tenant),
    address: fc.constantFrom(undefined, ...values.address),
  })

  it('decides as PMSS does, by hundreds of sheets', () => {
    fc.assert(
      fc.property(fc.array(blocks, { minLength: 1, maxLength: 8 }), facts, (sheet, asked) => {
        const { blocklist, faults } = readPmss('x', sheet.map(written).join('\n'))
        expect(faults).toEqual([])
        const { policy, errors } = readPolicy({ blocklist })
        expect(errors).toBeUndefined()
        const { domain, source, tenant, address: ip } = asked
        // The source of a key is always there, which `[source]` asks for: PMSS knows what a client says alone.
        fc.pre(source !== undefined || !sheet.some((one) => 'source' in one.attributes))
        const verdict = compileBlocklist(policy!.blocklist!)
          .sender({ tenantId: tenant, sourceId: 'none', ip })
          .of({ source, domain })
        const action = setting(sheet, asked, 'action') ?? 'TRANSMIT'
        expect(verdict?.action ?? 'TRANSMIT').toBe(action as never)
        if (action !== 'MAINTAIN') return
        const limit = setting(sheet, asked, 'limit') ?? 'MINUTES'
        expect(String(verdict!.timeLimit)).toBe(limit)
      }),
      { numRuns: 1_000 },
    )
  })
})
