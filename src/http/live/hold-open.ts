import type { AppContext } from '../context'

/** Keeps the connection open for as long as its client does, and disposes with it. */
export function holdOpen(c: AppContext, stream: Disposable) {
  c.env?.patience?.(0)
  const { signal } = c.req.raw
  if (signal.aborted) stream[Symbol.dispose]()
  else signal.addEventListener('abort', () => stream[Symbol.dispose](), { once: true })
}
