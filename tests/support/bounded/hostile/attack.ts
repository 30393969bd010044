/** One way to do harm, over and over until it is time to stop. */
export type Attack = (needs: Needs) => Promise<void>

export interface Needs {
  url: string
  /** Of a tenant of its own. */
  key: string
  isOver(): boolean
  /** Counts what came of it: a status, or what broke. */
  note(outcome: string | number): void
}

// Whoever attacks waits no longer: the next attack begins.
const PATIENCE_MS = 20_000

/** A request whose answer is read and counted. @returns it, unless it broke */
export async function ask({ url, key, note }: Needs, path: string, init: RequestInit = {}) {
  const headers = { authorization: `Bearer ${key}`, ...(init.headers as Record<string, string>) }
  try {
    const signal = AbortSignal.timeout(PATIENCE_MS)
    const reply = await fetch(url + path, { signal, ...init, headers })
    const text = await reply.text()
    note(reply.status)
    return { status: reply.status, text }
  } catch (error) {
    note((error as { code?: string; name: string }).code ?? (error as Error).name)
    return undefined
  }
}

/** So many at once, each beginning anew `pauseMs` after it has ended. */
export function crowd(size: number, pauseMs: number, act: Attack): Attack {
  return async (needs) => {
    async function member() {
      while (!needs.isOver()) {
        await act(needs)
        await Bun.sleep(pauseMs)
      }
    }
    await Promise.all(Array.from({ length: size }, member))
  }
}
