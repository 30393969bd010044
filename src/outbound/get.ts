import { request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'
import type { Guard } from './guard'
import { only } from './lookup'

/** Reads a small text from the public internet. @throws whatever kept it from being read */
export type Get = (target: string) => Promise<string>

// The sender waits for what depends on it, and Canvas, the least patient, waits 15 s in all.
const TIMEOUT_MS = 5_000

// A key set of fifty RSA keys of 4096 bits with certificates; whoever sends more is not sending keys.
const MAX_BYTES = 256 * 1024

/** As webhooks are sent: to the addresses that were checked, redirects refused, certificates verified. */
export function createGet(options: { guard: Guard; timeoutMs?: number }): Get {
  const { guard, timeoutMs = TIMEOUT_MS } = options
  return async function get(target) {
    const signal = AbortSignal.timeout(timeoutMs)
    try {
      const { url, addresses } = await guard.pin(target)
      const request = url.protocol === 'https:' ? requestHttps : requestHttp
      const headers = { accept: 'application/json' }
      const { promise, resolve, reject } = Promise.withResolvers<string>()
      const outgoing = request(url, { headers, lookup: only(addresses), signal, agent: false })
      outgoing.on('error', reject)
      outgoing.once('response', (incoming) => {
        const { statusCode } = incoming
        if (statusCode !== 200) {
          incoming.destroy()
          return reject(new Error(`it was answered ${statusCode}`))
        }
        const chunks: Buffer[] = []
        let size = 0
        incoming.on('error', reject)
        incoming.on('data', (chunk: Buffer) => {
          size += chunk.length
          if (size <= MAX_BYTES) return void chunks.push(chunk)
          incoming.destroy()
          reject(new Error(`it is longer than ${MAX_BYTES} bytes`))
        })
        incoming.on('end', () => resolve(Buffer.concat(chunks).toString('utf8')))
      })
      outgoing.end()
      return await promise
    } catch (error) {
      if (signal.aborted) throw new Error(`no reply within ${timeoutMs} ms`)
      throw error
    }
  }
}
