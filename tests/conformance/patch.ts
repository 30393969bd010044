/** Applies a cell of the lists here: `without NAME`, or JSON to put over the item. */
export function patched(item: object, patch: string): Record<string, unknown> {
  const [, name] = /^without (\S+)$/.exec(patch) ?? []
  if (name === undefined) return { ...item, ...JSON.parse(patch) }
  const { [name]: _, ...rest } = item as Record<string, unknown>
  return rest
}
