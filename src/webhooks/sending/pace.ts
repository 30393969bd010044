// So many webhooks with a pace are remembered; beyond it those that have rested longest are forgotten.
const MAX_REMEMBERED = 10_000

/** Keeps webhooks to so many attempts a second, counted by a clock that is never set. */
export interface Pace {
  /** @returns in how many milliseconds an attempt may be made; 0 for now */
  waitMs(webhookId: string, maxPerSecond: number): number
  /** Counts an attempt that is made now. @returns a function for when it is not made after all */
  count(webhookId: string, maxPerSecond: number): () => void
}

/**
 * Makes a pace. Within any second there are no more attempts than the rate says; of a rate that is no
 * whole number, e.g. 2.5, three within any 1.2 seconds.
 */
export function createPace(now: () => number = () => performance.now()): Pace {
  /** The times of the latest attempts, as many as the rate lets be within its stretch. */
  const latest = new Map<string, number[]>()

  return {
    waitMs(webhookId, maxPerSecond) {
      const most = Math.ceil(maxPerSecond)
      const times = latest.get(webhookId)
      if (times === undefined || times.length < most) return 0
      const stretchMs = (most / maxPerSecond) * 1000
      return Math.max(0, times[times.length - most]! + stretchMs - now())
    },

    count(webhookId, maxPerSecond) {
      const times = latest.get(webhookId) ?? []
      latest.delete(webhookId)
      latest.set(webhookId, times)
      const at = now()
      times.push(at)
      if (times.length > 2 * Math.ceil(maxPerSecond)) times.splice(0, times.length / 2)
      if (latest.size > MAX_REMEMBERED) latest.delete(latest.keys().next().value!)
      return () => {
        const place = times.lastIndexOf(at)
        if (place !== -1) times.splice(place, 1)
      }
    },
  }
}
