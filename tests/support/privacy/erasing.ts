import { expect } from 'bun:test'
import type { TestApp } from '../app'
import { until } from '../until'

export interface ErasureView {
  id: string
  status: string
  problem?: string
  ids: number
  places: { place: string; looked: number; found: number; removed: number; files?: object[] }[]
  putBack?: number
  verdict?: { isGenuine: boolean; isClean: boolean }
  certificate?: { certificate: { resumed: number }; signature: { value: string } }
}

type Asking = Pick<TestApp, 'request' | 'as' | 'keys'>

export async function call(
  test: Asking,
  method: string,
  path: string,
  body?: unknown,
  key = test.keys.admin,
): Promise<Response> {
  const headers = { ...test.as(key), 'Content-Type': 'application/json' }
  const sent = body === undefined ? {} : { body: JSON.stringify(body) }
  return test.request(path, { method, headers, ...sent })
}

export async function beginErasure(test: Asking, asked: object): Promise<ErasureView> {
  const reply = await call(test, 'POST', '/privacy/erasures', { reason: 'a test', ...asked })
  const view = (await reply.json()) as ErasureView
  expect({ status: reply.status, view }).toMatchObject({ status: 202 })
  return view
}

export async function whenOver(
  test: Asking,
  id: string,
  patienceMs = 30_000,
): Promise<ErasureView> {
  let view: ErasureView | undefined
  await until(async () => {
    view = (await (await call(test, 'GET', `/privacy/erasures/${id}`)).json()) as ErasureView
    return ['done', 'failed', 'cancelled'].includes(view.status)
  }, patienceMs)
  return view!
}

/** Erases people, and waits until it is done. */
export async function erase(
  test: Asking,
  actorIds: readonly string[],
  more: object = {},
): Promise<ErasureView> {
  const begun = await beginErasure(test, { subject: { actorIds }, ...more })
  const over = await whenOver(test, begun.id)
  expect(over).toMatchObject({ status: 'done' })
  return over
}

export function foundAt({ places }: ErasureView): Record<string, number> {
  return Object.fromEntries(places.map(({ place, found }) => [place, found]))
}
