import { anEnvelope, anEvent } from '../tools/samples/envelopes'

const POOL = 20_000

/**
 * Makes bodies of distinct events quickly: a pool of event texts, each cut at its id, joined with a
 * new one at every use, so that the driver is never what is measured.
 */
export function createBodies(): { text(): string; body(count: number): string } {
  const pool = Array.from({ length: POOL }, () => {
    const { id, ...rest } = anEvent()
    return JSON.stringify(rest).slice(1)
  })
  const [before = '', after = ''] = JSON.stringify(anEnvelope(['HERE'])).split('"HERE"')
  let turn = 0

  function text(): string {
    turn = (turn + 1) % POOL
    return `{"id":"urn:uuid:${crypto.randomUUID()}",${pool[turn]}`
  }
  return {
    text,
    body(count) {
      let data = text()
      for (let i = 1; i < count; i++) data += `,${text()}`
      return before + data + after
    },
  }
}
