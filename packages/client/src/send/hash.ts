/** Hashes a text to a whole number below 2³²: FNV-1a, whose upper bits are mixed once more. */
export function hash(text: string): number {
  let h = 0x811c9dc5
  for (let at = 0; at < text.length; at++) h = Math.imul(h ^ text.charCodeAt(at), 0x01000193)
  return Math.imul(h ^ (h >>> 16), 0x85ebca6b) >>> 0
}
