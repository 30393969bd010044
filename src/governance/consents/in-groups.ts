// As many are under way at once: on AWS each is a call of some milliseconds.
const AT_ONCE = 64

/** Does something for each, some at a time. */
export async function inGroups<Item>(
  items: readonly Item[],
  work: (item: Item) => Promise<unknown>,
): Promise<void> {
  for (let at = 0; at < items.length; at += AT_ONCE) {
    await Promise.all(items.slice(at, at + AT_ONCE).map(work))
  }
}
