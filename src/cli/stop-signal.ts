// One Ctrl-C reaches us up to three times: from the terminal, and passed on by npm and by the
// launcher, within milliseconds. No one presses twice in a third of a second.
const ONE_PRESS_MS = 300

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** Resolves at the first request to stop; `onAgain` is called at the second. */
export function stopSignal(onAgain: () => void): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  let first = 0
  for (const signal of signals) {
    process.on(signal, () => {
      const now = performance.now()
      if (first === 0) {
        first = now
        resolve()
      } else if (now - first > ONE_PRESS_MS) {
        onAgain()
      }
    })
  }
  return promise
}
