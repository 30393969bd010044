/** Anything in braces. */
export type Node = Record<string, unknown>

export function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Returns what stands under a name, when it is an object. */
export function nodeAt(node: Node | undefined, name: string): Node | undefined {
  const value = node?.[name]
  return isNode(value) ? value : undefined
}

export function textAt(node: Node | undefined, name: string): string | undefined {
  const value = node?.[name]
  return typeof value === 'string' ? value : undefined
}

export function numberAt(node: Node | undefined, name: string): number | undefined {
  const value = node?.[name]
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined
}

export function booleanAt(node: Node | undefined, name: string): boolean | undefined {
  const value = node?.[name]
  return typeof value === 'boolean' ? value : undefined
}

/** Returns the objects of an array, or the one that stands alone in its place. */
export function nodesAt(node: Node | undefined, name: string): Node[] {
  const value = node?.[name]
  if (Array.isArray(value)) return value.filter(isNode)
  return isNode(value) ? [value] : []
}
