import type { Issue } from '../../../error/issue'
import type { SchemaNode } from './schema-nodes'

// A schema that is written out in full has at most so many schemas: five times the most that one may
// be written with, so that definitions can be shared, and not multiplied level by level.
const MAX_WRITTEN_OUT = 10_000

/** A value is a level less deep under these; a schema that comes back to itself by them comes to an end. */
const descending = new Set(['properties', 'items', 'prefixItems', 'additionalProperties'])

interface Edge {
  to: SchemaNode
  keyword: string
}

/**
 * Says why checking by a schema may take more work than its value has parts: references that go round
 * without getting deeper, or that double with each level.
 * @param nodes all schemas of one, the whole first
 */
export function workIssues(nodes: readonly SchemaNode[]): Issue[] {
  const [root] = nodes
  const byPointer = new Map(nodes.map((node) => [pointerOf(node, root!), node]))
  const issues: Issue[] = []
  const edges = new Map<SchemaNode, Edge[]>()
  for (const node of nodes) {
    const out = node.children.map(({ node: to, keyword }) => ({ to, keyword }))
    const { $ref } = node.schema
    if (typeof $ref === 'string' && $ref.startsWith('#')) {
      const to = byPointer.get(decoded($ref))
      if (to === undefined) {
        const message = `Leads to no schema here; got ${JSON.stringify($ref.slice(0, 80))}`
        issues.push({ path: [...node.path, '$ref'], message, code: 'invalid_schema' })
      } else out.push({ to, keyword: '$ref' })
    }
    edges.set(node, out)
  }
  if (issues.length > 0) return issues
  const rounds = roundsOf(nodes, edges)
  for (const node of nodes) {
    const message = roundsIssue(node, edges, rounds)
    if (message !== undefined) issues.push({ path: node.path, message, code: 'schema_endless' })
  }
  if (issues.length === 0 && writtenOut(root!, edges) > MAX_WRITTEN_OUT) {
    const message = `Written out, with each $ref in its place, it has more than ${MAX_WRITTEN_OUT} schemas`
    issues.push({ path: root!.path, message, code: 'too_large' })
  }
  return issues
}

function pointerOf({ path }: SchemaNode, root: SchemaNode): string {
  const steps = path.slice(root.path.length)
  return steps
    .map((step) => `/${String(step).replaceAll('~', '~0').replaceAll('/', '~1')}`)
    .join('')
}

function decoded($ref: string): string {
  try {
    return decodeURIComponent($ref.slice(1))
  } catch {
    return $ref.slice(1)
  }
}

type Edges = ReadonlyMap<SchemaNode, readonly Edge[]>

/** Numbers the schemas so that those have one number from which each of the others is reached (Tarjan). */
function roundsOf(nodes: readonly SchemaNode[], edges: Edges): Map<SchemaNode, number> {
  const round = new Map<SchemaNode, number>()
  const order = new Map<SchemaNode, number>()
  const low = new Map<SchemaNode, number>()
  const stack: SchemaNode[] = []
  let rounds = 0

  function visit(node: SchemaNode): number {
    const place = order.size
    order.set(node, place)
    low.set(node, place)
    stack.push(node)
    for (const { to } of edges.get(node) ?? []) {
      if (round.has(to)) continue
      const reached = order.get(to) ?? visit(to)
      const least = order.has(to) ? Math.min(reached, low.get(to)!) : reached
      low.set(node, Math.min(low.get(node)!, least))
    }
    if (low.get(node) === place) {
      let member: SchemaNode | undefined
      do {
        member = stack.pop()!
        round.set(member, rounds)
      } while (member !== node)
      rounds += 1
    }
    return low.get(node)!
  }

  for (const node of nodes) if (!order.has(node)) visit(node)
  return round
}

/** Says what is wrong with the ways on which a schema comes back to itself. */
function roundsIssue(
  node: SchemaNode,
  edges: Edges,
  rounds: ReadonlyMap<SchemaNode, number>,
): string | undefined {
  const out = edges.get(node) ?? []
  const back = out.filter(({ to }) => rounds.get(to) === rounds.get(node))
  const other = back.find(({ keyword }) => keyword !== '$ref' && !descending.has(keyword))
  if (other !== undefined) {
    return `Comes back to itself through ${other.keyword}; it may through ${[...descending].join(', ')} only`
  }
  const isBack = back.some(({ keyword }) => keyword === '$ref')
  if (isBack && out.length > 1) return 'Has schemas beside a $ref that comes back to it'
  return isBack && comesBackByRefs(node, edges) ? 'Comes back to itself without an end' : undefined
}

function comesBackByRefs(start: SchemaNode, edges: Edges): boolean {
  const seen = new Set<SchemaNode>()
  for (let node: SchemaNode | undefined = start; node !== undefined && !seen.has(node); ) {
    seen.add(node)
    node = edges.get(node)?.find(({ keyword }) => keyword === '$ref')?.to
    if (node === start) return true
  }
  return false
}

/** Counts the schemas of one that is written out; one that comes back to itself counts once there. */
function writtenOut(root: SchemaNode, edges: Edges): number {
  const known = new Map<SchemaNode, number>()
  function count(node: SchemaNode): number {
    const before = known.get(node)
    if (before !== undefined) return before
    known.set(node, 1)
    let sum = 1
    for (const { to } of edges.get(node) ?? []) sum += count(to)
    known.set(node, sum)
    return sum
  }
  return count(root)
}
