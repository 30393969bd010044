import type { Store } from './store'

/**
 * Checks what every store promises, in Bun over a fake and in a browser over its own storage.
 * @throws when it does not keep a promise
 */
export async function checkStore(store: Store): Promise<void> {
  await store.erase()
  expectSame('an empty store has no keys', await store.keys(), [])
  expectSame('what is not there is nothing', await store.read(['a/1/x']), [null])

  await store.put('seq/s', (count) => {
    expectSame('a count begins at zero', count, 0)
    return {
      entries: [
        ['a/2/y', '{"é":"\u2028"}'],
        ['a/1/x', '1'],
      ],
      count: 2,
    }
  })
  expectSame('keys are in order', await store.keys(), ['a/1/x', 'a/2/y', 'seq/s'])
  const texts = await store.read(['a/2/y', 'gone', 'a/1/x'])
  expectSame('texts are as they were', texts, ['{"é":"\u2028"}', undefined, '1'])

  const puts = Array.from({ length: 20 }, () =>
    store.put('seq/s', (count) => ({
      entries: [[`b/${count + 1}/z`, String(count + 1)]],
      count: count + 1,
    })),
  )
  await Promise.all(puts)
  const counted = (await store.keys()).filter((key) => key.startsWith('b/'))
  expectSame('two that count never have one number', counted.length, 20)
  expectSame('the count is kept', await store.read(['seq/s']), ['22'])

  const failed = await store
    .put('seq/s', () => {
      throw new Error('writing fails')
    })
    .then(
      () => 'kept',
      () => 'refused',
    )
  expectSame('what cannot be written is refused', failed, 'refused')
  expectSame('and changes nothing', await store.read(['seq/s']), ['22'])

  await store.delete(['a/1/x', 'never there'])
  expectSame('what is deleted is gone', await store.read(['a/1/x', 'a/2/y']), [
    undefined,
    '{"é":"\u2028"}',
  ])
  await store.erase()
  expectSame('what is erased is gone', await store.keys(), [])
}

function expectSame(what: string, found: unknown, wanted: unknown): void {
  const [is, should] = [JSON.stringify(found), JSON.stringify(wanted)]
  if (is !== should) throw new Error(`${what}: ${is} instead of ${should}`)
}
