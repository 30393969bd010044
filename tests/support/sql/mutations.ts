import fc from 'fast-check'
import { duckEscapes } from './escapes'

const WORDS = [
  ...[
    'SELECT *',
    'SELECT raw',
    'SELECT actor_id',
    'FROM events',
    'FROM audit',
    'FROM main.events',
    'UNION ALL',
  ],
  ...[
    "WHERE tenant_id = 'school2'",
    'WHERE true OR true',
    'OR 1=1',
    '--',
    '/*',
    '*/',
    ';',
    '(',
    ')',
    ',',
  ],
  ...[
    'JOIN events b ON true',
    'LIMIT 10',
    'ORDER BY ALL',
    'WITH events AS',
    'WITH a AS (FROM events)',
    'FROM a',
  ],
]

/** Queries made of pieces of escapes and of what is allowed, always the same ones. */
export function hostileQueries(count: number, places: { lake: string; file: string }): string[] {
  const out = fc.constantFrom(...duckEscapes.filter((one) => one.length > 10))
  const asked = fc.constantFrom(
    ...['SELECT * FROM events', 'SELECT raw, actor_id, type FROM events WHERE true'],
    ...[
      'SELECT max(raw) FROM events GROUP BY type',
      "SELECT * FROM events WHERE tenant_id <> 'school'",
    ],
    ...[
      'WITH a AS (FROM events) FROM a',
      'SELECT e FROM events e',
      'SELECT COLUMNS(*) FROM events',
    ],
  )
  const query = fc.oneof(
    asked,
    fc.tuple(asked, fc.constantFrom(...WORDS)).map((two) => two.join(' ')),
    fc.tuple(out, fc.nat(200)).map(([text, at]) => text.slice(0, at)),
    fc.tuple(out, asked).map(([a, b]) => `${b} UNION ALL ${a}`),
    fc.tuple(out, asked).map(([a, b]) => `WITH events AS (${a}) ${b}`),
    fc.tuple(out, asked).map(([a, b]) => a.replace('events', `(${b})`)),
    fc.array(fc.constantFrom(...WORDS), { minLength: 2, maxLength: 6 }).map((all) => all.join(' ')),
  )
  const made = fc.sample(query, { numRuns: count, seed: 18 })
  return made.map((sql) => sql.replaceAll('LAKE', places.lake).replaceAll('FILE', places.file))
}
