/** Slots let so many work at a time; the tenants of those that wait take turns. */
export interface Slots {
  /** Waits for a slot. @returns a function that gives it back, once */
  take(tenantId: string): Promise<() => void>
}

export function createSlots(count: number): Slots {
  const half = Math.ceil(count / 2)
  const working = new Map<string, number>()
  const waiting = new Map<string, (() => void)[]>()
  let free = count

  const workingOf = (tenantId: string) => working.get(tenantId) ?? 0

  function give(tenantId: string) {
    free -= 1
    working.set(tenantId, workingOf(tenantId) + 1)
  }

  function giveBack(tenantId: string) {
    free += 1
    const left = workingOf(tenantId) - 1
    if (left > 0) working.set(tenantId, left)
    else working.delete(tenantId)
    for (const [next, queue] of waiting) {
      if (free === 0) return
      if (workingOf(next) >= half) continue
      const resume = queue.shift()!
      waiting.delete(next)
      if (queue.length > 0) waiting.set(next, queue)
      give(next)
      resume()
      return
    }
  }

  return {
    async take(tenantId) {
      if (free > 0 && workingOf(tenantId) < half) give(tenantId)
      else {
        await new Promise<void>((resolve) => {
          const queue = waiting.get(tenantId)
          if (queue === undefined) waiting.set(tenantId, [resolve])
          else queue.push(resolve)
        })
      }
      let isGivenBack = false
      return () => {
        if (isGivenBack) return
        isGivenBack = true
        giveBack(tenantId)
      }
    },
  }
}
