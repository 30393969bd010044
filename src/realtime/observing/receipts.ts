import { answers } from '../../observer/answers'
import { noteStored } from '../../observer/stored-through'

/** Tells a client how far its frames are stored. */
export interface Receipts {
  /** These are dealt with: stored, in quarantine, or told of otherwise. */
  done(frames: readonly number[]): void
  /** Tells at once what was not told yet. */
  tell(): void
  forget(): void
}

// Frames that become durable within so many milliseconds are told together: a client has no use for more.
const TOGETHER_MS = 50

export function createReceipts(send: (text: string) => void): Receipts {
  const stored = { through: 0, beyond: [] as number[] }
  let told = 0
  let timer: NodeJS.Timeout | undefined

  function tell() {
    clearTimeout(timer)
    timer = undefined
    if (stored.through === told) return
    told = stored.through
    send(answers.stored(told))
  }

  return {
    done(frames) {
      noteStored(stored, frames)
      if (stored.through > told) timer ??= setTimeout(tell, TOGETHER_MS)
    },
    tell,
    forget: () => clearTimeout(timer),
  }
}
