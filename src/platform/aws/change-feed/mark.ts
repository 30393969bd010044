/** Makes a mark, as `ServingPlatform.mark` gives it. */
export function markAt(now: Date): string {
  return String(now.getTime())
}
