import { type Kind, kinds } from './kinds'

const POOL = 20_000

/**
 * Makes bodies of distinct events quickly: a pool of event texts, each cut at its id, joined with a
 * new one at every use, so that the driver is never what is measured.
 */
export function createBodies(kind: Kind = 'event'): {
  text(): string
  body(count: number): string
} {
  const { around, between, make, id } = kinds[kind]
  const pool = Array.from({ length: POOL }, () => {
    const { id: _, ...rest } = make()
    return JSON.stringify(rest).slice(1)
  })
  const [before, after] = around
  let turn = 0

  function text(): string {
    turn = (turn + 1) % POOL
    return `{"id":"${id(crypto.randomUUID())}",${pool[turn]}`
  }
  return {
    text,
    body(count) {
      let data = text()
      for (let i = 1; i < count; i++) data += between + text()
      return before + data + after
    },
  }
}
