import { methodsLater } from '../../syntax/methods-later'
import { once } from './lazy'
import type { AwsTrees } from './trees'

/** Opens trees when first needed: few requests ask for a proof. */
export function lazyTrees(needs: Parameters<typeof import('./trees')['createTrees']>[0]): AwsTrees {
  const opened = once(async () => {
    const { createTrees } = await import('./trees')
    return createTrees(needs)
  })
  return {
    ...methodsLater(opened, ['add', 'heads', 'head', 'find', 'tile', 'closable']),
    ...methodsLater(opened, ['close', 'erase', 'expire', 'merge']),
    async *leaves(...asked) {
      yield* (await opened()).leaves(...asked)
    },
  }
}
