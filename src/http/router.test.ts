import { expect, it } from 'bun:test'
import { createRouter } from './router'

function aRouter() {
  const router = createRouter<string>()
  router.add('ALL', '*', 'frame')
  router.add('POST', '/events', 'send')
  router.add('GET', '/events', 'read')
  router.add('GET', '/keys/:id', 'key')
  return (method: string, path: string) =>
    router.match(method, path)[0].map(([handler, params]) => ({ handler, ...params }))
}

it('leads each method of an address to its own, however often it is asked', () => {
  const match = aRouter()
  for (const _ of [1, 2, 3]) {
    expect(match('POST', '/events')).toEqual([{ handler: 'frame' }, { handler: 'send' }])
    expect(match('GET', '/events')).toEqual([{ handler: 'frame' }, { handler: 'read' }])
    expect(match('DELETE', '/events')).toEqual([{ handler: 'frame' }])
  }
})

it('reads the parts of each address anew', () => {
  const router = createRouter<string>()
  router.add('GET', '/keys/:id', 'key')
  router.add('GET', '/keys/all', 'all')
  const named = (path: string) => {
    const [found, stash] = router.match('GET', path)
    const [, params] = found[0]!
    const at = (params as Record<string, string | number>).id
    return typeof at === 'number' ? stash?.[at] : at
  }
  expect([named('/keys/a'), named('/keys/b'), named('/keys/a')]).toEqual(['a', 'b', 'a'])
  expect(router.match('GET', '/keys/all')[0].map(([handler]) => handler)).toContain('all')
})
