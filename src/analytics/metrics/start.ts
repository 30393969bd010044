/** Writes an instant as clocks show it that are so many minutes ahead of UTC, ISO 8601 with the offset. */
export function localIso(ms: number, minutes: number): string {
  const wall = new Date(ms + minutes * 60_000).toISOString()
  // Seconds alone are what an interval begins with, unless it was asked for otherwise.
  const text = wall.endsWith('.000Z') ? wall.slice(0, 19) : wall.slice(0, 23)
  if (minutes === 0) return `${text}Z`
  const two = (value: number) => String(value).padStart(2, '0')
  const ahead = Math.abs(minutes)
  return `${text}${minutes < 0 ? '-' : '+'}${two(Math.floor(ahead / 60))}:${two(ahead % 60)}`
}
