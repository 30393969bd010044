/** Things with an id are in a list, the latest first. */
interface Named {
  id: string
}

/**
 * Puts a thing first in a list, in place of the one that has its id.
 * @returns the list, and the thing that had to go when it had more than `most`
 */
export function putFirst<T extends Named>(
  list: readonly T[],
  thing: T,
  most: number,
): { list: T[]; dropped?: T | undefined } {
  const others = list.filter(({ id }) => id !== thing.id)
  const dropped = others.length >= most ? others.at(-1) : undefined
  return { list: [thing, ...others.slice(0, most - 1)], dropped }
}
