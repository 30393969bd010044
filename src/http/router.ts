import type { Result, Router } from 'hono/router'
import { RegExpRouter } from 'hono/router/reg-exp-router'
import { SmartRouter } from 'hono/router/smart-router'
import { TrieRouter } from 'hono/router/trie-router'

/**
 * Makes Hono's own router, which remembers what an address leads to that a route names in full: those are
 * the busy ones, and as many as there are routes. It answers the same objects again, which Hono only reads.
 */
export function createRouter<T>(): Router<T> {
  const router = new SmartRouter<T>({ routers: [new RegExpRouter(), new TrieRouter()] })
  const named = new Set<string>()
  const found = new Map<string, Result<T>>()
  return {
    name: 'RememberingRouter',
    add(method, path, handler) {
      named.add(`${method} ${path}`)
      router.add(method, path, handler)
    },
    match(method, path) {
      const name = `${method} ${path}`
      const known = found.get(name)
      if (known !== undefined) return known
      const result = router.match(method, path)
      if (named.has(name)) found.set(name, result)
      return result
    },
  }
}
