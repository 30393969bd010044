/**
 * Applies a cell of the lists here: `without PATH`, `PATH = JSON`, or JSON to put over the item. A
 * path has its steps apart by points: `object.items.0`.
 */
export function patched(item: object, patch: string): Record<string, unknown> {
  const [, gone] = /^without (\S+)$/.exec(patch) ?? []
  if (gone !== undefined) return changed(item, gone.split('.'), undefined)
  const [, path, value] = /^([\w@][\w@.]*) = (.+)$/.exec(patch) ?? []
  if (path === undefined) return { ...item, ...JSON.parse(patch) }
  return changed(item, path.split('.'), JSON.parse(value!))
}

function changed(item: object, [step = '', ...rest]: string[], value: unknown) {
  const copy = structuredClone(item) as Record<string, unknown>
  if (rest.length > 0) copy[step] = changed((copy[step] ?? {}) as object, rest, value)
  else if (value === undefined) delete copy[step]
  else copy[step] = value
  return copy
}
