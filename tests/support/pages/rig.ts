/**
 * Runs in each page and frame before anything else does: it hands on what the page's own listeners for
 * faults hear, and numbers the events that the page's `track` takes. `rig.take(3)` gives what it took.
 */
export const rig = `(() => {
  const text = (event) => event.message ?? event.violatedDirective ?? String(event.reason?.stack ?? event.reason)
  for (const name of ['error', 'unhandledrejection', 'securitypolicyviolation']) {
    addEventListener(name, (event) => globalThis.complain?.(name + ': ' + text(event) + ' ' + (event.blockedURI ?? '')))
  }
  const tab = Math.random().toString(36).slice(2, 10)
  let n = 0
  globalThis.rig = {
    tab,
    async make(options) {
      const { createClient } = await import('/client.mjs')
      globalThis[options.sessionId] = createClient(options)
    },
    take(count, more = {}, client = 'nonius') {
      const taken = []
      for (let i = 0; i < count; i += 1) {
        const payload = { tab, n: ++n, text: 'Grüße, 漢字 & "quotes" \\u2028 \\ud83c\\udf93', ...more }
        globalThis[client].track('answered', payload)
        taken.push(payload)
      }
      return taken
    },
    // Everything that an origin can keep in a browser.
    async kept() {
      const kept = []
      const safely = async (what, read) => { try { kept.push(...(await read()).map((one) => what + ' ' + one)) } catch {} }
      await safely('database', async () => (await indexedDB.databases()).map((one) => one.name))
      await safely('local', () => Object.keys(localStorage))
      await safely('session', () => Object.keys(sessionStorage))
      await safely('cookie', () => document.cookie.split('; ').filter(Boolean))
      await safely('cache', () => caches.keys())
      await safely('worker', async () => (await navigator.serviceWorker.getRegistrations()).map((one) => one.scope))
      return kept
    },
  }
})()`

/** An event as the rig numbered it. */
export interface Taken extends Record<string, unknown> {
  tab: string
  n: number
  text: string
}
