/** A generator of numbers from a seed (mulberry32), so that a failure can be made again. */
export function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}

type Node = Record<string, unknown>

/** Changes one to four places of a copy of `item`, somewhere in it. */
export function mutated(item: Node, words: readonly string[], random: () => number): Node {
  const copy = structuredClone(item)
  const pick = <Item>(from: readonly Item[]): Item => from[Math.floor(random() * from.length)]!
  const strange = () =>
    pick<unknown>([
      ...[null, '', 0, 7, -1, 2.5, true, [], {}, [[]], 'text', 'PT1M', '_:b0', '_:'],
      ...['https://example.edu/x', 'no iri', '2026-11-21T09:30:00.000Z', '2026-11-21T09:30:00Z'],
      ...[
        'urn:uuid:019a7c2e-3b4d-7a10-8f00-0123456789ab',
        'http://purl.imsglobal.org/caliper/Person',
      ],
      ...['Instructor#Grader', 'Learner', 'SessionProfile', 'ReadingProfile', 'Active'],
      ...[['https://example.edu/x', 'no iri', null, 7], { type: 'Person' }],
      ...[
        { id: 'https://example.edu/x', type: pick(words) },
        { id: '_:b0', '@type': pick(words) },
      ],
      ...['http://purl.imsglobal.org/ctx/caliper/v1p2', 'https://schema.org', pick(words)],
    ])
  const steps = 1 + Math.floor(random() * 4)
  for (let i = 0; i < steps; i += 1) {
    const node = pick(nodesIn(copy))
    const key = random() < 0.85 ? pick(Object.keys(node)) : pick([...names, 'isbn', '__proto__'])
    if (key === undefined) continue
    if (key === '__proto__') {
      Object.defineProperty(node, key, { value: strange(), enumerable: true, configurable: true })
    } else if (random() < 0.2) delete node[key]
    else if (key.endsWith('type') && random() < 0.7) node[key] = pick(words)
    else node[key] = strange()
  }
  return copy
}

const names = [
  ...['id', 'type', '@id', '@type', '@context', 'name', 'extensions', 'items', 'isPartOf', 'actor'],
  ...['duration', 'target', 'generated', 'profile', 'roles', 'otherIdentifiers', 'navigatedFrom'],
]

function nodesIn(value: unknown): Node[] {
  if (typeof value !== 'object' || value === null) return []
  const inner = Object.values(value).flatMap(nodesIn)
  return Array.isArray(value) ? inner : [value as Node, ...inner]
}
