// Counts follow events within five seconds; a deployment on emulators shares two cores with the rest.
const PATIENCE_MS = process.env.TEST_TARGET === 'aws' ? 120_000 : 5000
const POLL_MS = 50

/** Asks until the answer is as it has to be, and returns it; the last one, when that takes too long. */
export async function atLast<Answer>(
  ask: () => Promise<Answer>,
  isIt: (answer: Answer) => boolean,
): Promise<Answer> {
  const end = Date.now() + PATIENCE_MS
  for (;;) {
    const answer = await ask()
    if (isIt(answer) || Date.now() > end) return answer
    await Bun.sleep(POLL_MS)
  }
}
