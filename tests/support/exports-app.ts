import { expect } from 'bun:test'
import { gunzipSync } from 'node:zlib'
import { startAccessApp } from './privacy/access-app'
import { until } from './until'

export interface ExportView {
  id: string
  status: string
  name: string
  progress: number
  rows: number
  bytes: number
  problem?: string
  url?: string
  expiresAt?: string
  keptUntil?: string
}

/** An app whose exports find what is stored in the lake, as a server's do. */
export async function startExportsApp() {
  const test = await startAccessApp()
  const { call } = test

  async function see(id: string, key = test.keys.admin) {
    const reply = await call('GET', `/analytics/exports/${id}`, undefined, key)
    expect(reply.status).toBe(200)
    return (await reply.json()) as ExportView
  }

  async function begin(asked: object, key = test.keys.admin) {
    const reply = await call('POST', '/analytics/export', asked, key)
    if (reply.status !== 202) throw new Error(await reply.text())
    return (await reply.json()) as ExportView
  }

  async function over(id: string, key?: string) {
    await until(async () => (await see(id, key)).status !== 'running', 60_000)
    return see(id, key)
  }

  async function fetched({ url }: ExportView): Promise<Uint8Array> {
    const reply = await test.request(new URL(url!).pathname)
    expect(reply.status).toBe(200)
    return reply.bytes()
  }

  return {
    ...test,
    // Of the given, this is what changes with a restart.
    get services() {
      return test.services
    },
    see,
    begin,
    over,
    fetched,
    async exported(asked: object, key?: string) {
      const view = await over((await begin(asked, key)).id, key)
      expect(view).toMatchObject({ status: 'ready', progress: 1 })
      return { view, bytes: await fetched(view) }
    },
    [Symbol.asyncDispose]: () => test[Symbol.asyncDispose](),
  }
}

export const textOf = (bytes: Uint8Array) => gunzipSync(bytes).toString()
