import { describe, expect, it } from 'bun:test'
import type { PatchOperation } from '../../src/quarantine/patch'
import { repair } from '../../src/quarantine/repair'

// As NONIUS_MAX_BODY_BYTES is.
const LIMIT = 6 * 1024 * 1024

const cpu = () => {
  const { user, system } = process.threadCpuUsage()
  return (user + system) / 1000
}

/** The longest that nobody else had a turn while the work was done, and how long it took; ms of CPU. */
async function measured(work: () => Promise<unknown>) {
  let last = cpu()
  let longest = 0
  const beat = () => {
    const now = cpu()
    longest = Math.max(longest, now - last)
    last = now
  }
  const timer = setInterval(beat, 1)
  const begun = last
  const outcome = await work().then(
    () => 'applied',
    (error: { errors?: { code: string }[] }) => error.errors?.[0]?.code ?? String(error),
  )
  beat()
  clearInterval(timer)
  return { longest, took: cpu() - begun, outcome }
}

const times = <T>(count: number, make: (n: number) => T): T[] =>
  Array.from({ length: count }, (_, n) => make(n))
const words = `"${'x'.repeat(60)}"`
const many = (count: number, one: string) => `[${times(count, () => one).join(',')}]`
const numbers = many(300_000, '12345678901234567')
const wide = `{${times(300_000, (n) => `"k${n}":${n}`).join(',')}}`
const deep = (levels: number) => `${'['.repeat(levels)}1${']'.repeat(levels)}`
const half = `{"a":${many(45_000, words)},"b":1}`
const full = `{"a":${many(90_000, words)},"b":1}`

const copies = times(100, (n): PatchOperation => ({ op: 'copy', from: '', path: `/c${n}` }))
const parsed = (text: string) => JSON.parse(text) as unknown

const cases: [name: string, text: string, patch: PatchOperation[]][] = [
  ['copies of copies', '{"a":"xxxx"}', copies],
  [
    'copies of the half of a body',
    half,
    times(100, () => ({ op: 'copy', from: '/a', path: '/c' })),
  ],
  [
    'tests of a whole body',
    full,
    times(100, () => ({ op: 'test', path: '', value: parsed(full) })),
  ],
  [
    'tests of long numbers',
    numbers,
    times(100, () => ({ op: 'test', path: '', value: parsed(numbers) })),
  ],
  [
    'tests of a wide object with an empty one',
    wide,
    times(100, () => ({ op: 'test', path: '', value: {} })),
  ],
  [
    'moves of a whole body to and fro',
    full,
    times(100, (n) =>
      n % 2 === 0 ? { op: 'move', from: '/a', path: '/z' } : { op: 'move', from: '/z', path: '/a' },
    ),
  ],
  [
    'additions at the front of a long array',
    many(1_000_000, '1'),
    times(100, () => ({ op: 'add', path: '/0', value: 1 })),
  ],
  [
    'removals from the front of a long array',
    many(1_000_000, '1'),
    times(100, () => ({ op: 'remove', path: '/0' })),
  ],
  ['removals from a wide object', wide, times(100, (n) => ({ op: 'remove', path: `/k${n}` }))],
  [
    'replacements of all by all',
    full,
    times(100, () => ({ op: 'replace', path: '', value: parsed(full) })),
  ],
  ['a body of long numbers', numbers, [{ op: 'remove', path: '/0' }]],
  [
    'a body of quotes',
    JSON.stringify(times(500_000, () => '"\\"')),
    [{ op: 'remove', path: '/0' }],
  ],
  ['a deep body', deep(1_000_000), [{ op: 'remove', path: '/0' }]],
  [
    'a deep path',
    deep(3_000),
    times(100, () => ({ op: 'test', path: '/0'.repeat(500), value: 1 })),
  ],
  ['what is no JSON', '[1'.repeat(2_000_000), [{ op: 'remove', path: '/0' }]],
  ['digits without end', '1'.repeat(LIMIT), [{ op: 'test', path: '', value: 1 }]],
  ['a text without end', `"${'\\u0000'.repeat(LIMIT / 6)}`, [{ op: 'remove', path: '/0' }]],
]

/** What nobody can read a text without, at its door as here. */
function parsing(text: string): number {
  const begun = cpu()
  try {
    JSON.parse(text)
  } catch {
    // looked at all the same
  }
  return cpu() - begun
}

describe('a patch costs what it says, and others have their turn', () => {
  for (const [name, text, patch] of cases) {
    it(`for ${name}`, async () => {
      expect(text.length).toBeLessThanOrEqual(LIMIT * 1.2)
      const turn = Math.max(250, 2 * parsing(text))
      const { longest, took, outcome } = await measured(() => repair(text, patch, LIMIT))
      expect(['applied', 'patch_failed']).toContain(outcome)
      expect(longest).toBeLessThan(turn)
      expect(took).toBeLessThan(6 * turn)
    })
  }
})
