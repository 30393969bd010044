/** Ids that some language of queries, files or texts takes for more than themselves. */
export const oddIds = [
  'https://example.edu/users/1',
  'mailto:zoë@example.edu',
  `o'brien`,
  'say "hi"',
  'back\\slash',
  'ends with \\',
  '100%',
  'a_b',
  '*',
  'file?[a-z]{1,2}',
  '^.*$',
  'a.b|c(d)',
  `'; DROP TABLE events; --`,
  '$1 {x} :name @x',
  'tab\tand\nline',
  '\u0001\u001f\u0000',
  '😀 ünï',
  '  spaces  ',
  'true',
  'null',
  '7',
  '__proto__',
  '../../x',
  'a,b',
] as const

/** What an id must not be taken for. */
export function neighboursOf(id: string): string[] {
  return [`${id}x`, `x${id}`, id.slice(0, -1), id.toUpperCase(), `${id} `].filter(
    (other) => other !== id && other !== '' && !oddIds.includes(other as (typeof oddIds)[number]),
  )
}
