/** Waits for `work`, but no longer than so many milliseconds. Its result or error is dropped. */
export async function within(ms: number, work: Promise<unknown>): Promise<void> {
  const late = Promise.withResolvers<void>()
  const timer = setTimeout(late.resolve, ms)
  await Promise.race([work.then(undefined, () => {}), late.promise])
  clearTimeout(timer)
}
