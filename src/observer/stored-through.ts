/** Frames of a connection that are dealt with: all up to `through`, and some beyond it. */
export interface StoredThrough {
  through: number
  beyond: number[]
}

/** Notes frames that are dealt with, in any order. It changes the first. */
export function noteStored(stored: StoredThrough, frames: readonly number[]) {
  const beyond = new Set(stored.beyond)
  for (const n of frames) if (n > stored.through) beyond.add(n)
  while (beyond.delete(stored.through + 1)) stored.through += 1
  stored.beyond = [...beyond]
}
