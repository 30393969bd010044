// A request that fails is sent again, whole; the server would take 6 MB.
const MOST_CHARS = 256 * 1024

/** Takes from the beginning what one request carries: at least one, however large. */
export function cut<Event extends { text: string }>(
  queue: readonly Event[],
  most: number,
): Event[] {
  let chars = 0
  let count = 0
  for (const { text } of queue) {
    chars += text.length
    if (count > 0 && (count >= most || chars > MOST_CHARS)) break
    count++
  }
  return queue.slice(0, count)
}
