import { afterAll } from 'bun:test'

/**
 * Starts once, when the first test asks, what the rows of a table share: an app, or a deployment, which
 * takes a second. It is for rows that leave nothing behind that another row would notice. It is
 * disposed after the `describe` that this is called in.
 */
export function shared<Started extends AsyncDisposable>(
  start: () => Promise<Started>,
): () => Promise<Started> {
  let started: Promise<Started> | undefined
  afterAll(async () => {
    await (await started)?.[Symbol.asyncDispose]()
  })
  return () => {
    started ??= start()
    return started
  }
}
