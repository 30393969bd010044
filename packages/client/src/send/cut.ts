// A request that fails is sent again, whole; the server would take 6 MB.
const MOST_CHARS = 256 * 1024

/**
 * Takes from the beginning what one request carries.
 * @param room what is taken has so much at most, with a comma each; left out, at least one event is taken, however large
 */
export function cut<Event extends { text: string }>(
  queue: readonly Event[],
  most: number,
  room?: number,
  sizeOf = (text: string) => text.length,
): Event[] {
  let left = room ?? MOST_CHARS
  const taken: Event[] = []
  for (const event of queue) {
    const size = sizeOf(event.text) + 1
    const isFirst = room === undefined && !taken.length
    if (taken.length === most) break
    if (size > left && !isFirst) continue
    left -= size
    taken.push(event)
  }
  return taken
}
