import type { Clock } from '../clock'

/**
 * Reads something for everybody who asks within so long, also if that fails: whoever asks without a key, and
 * all day, makes no more reads than this.
 */
export function remembered<Asked extends readonly unknown[], Read>(
  read: (...asked: Asked) => Promise<Read>,
  forMs: number,
  clock: Pick<Clock, 'monotonic'>,
): (...asked: Asked) => Promise<Read> {
  let last: { at: number; name: string; read: Promise<Read> } | undefined
  return (...asked) => {
    const name = JSON.stringify(asked)
    const at = clock.monotonic()
    if (last?.name !== name || at - last.at >= forMs) last = { at, name, read: read(...asked) }
    return last.read
  }
}
