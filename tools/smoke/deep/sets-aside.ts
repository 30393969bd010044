import { type StagedContext, until } from './check'

const LOOK_MS = 2000

/**
 * Puts an item into the table of events whose body is nowhere, and waits until `changes` has set it
 * aside. It belongs to no tenant, and is removed with what was set aside.
 */
export async function setsAside(context: StagedContext): Promise<void> {
  const { stage } = context
  const unreadable = await stage.putUnreadable()
  try {
    const name = await until(context, LOOK_MS, async () => {
      const found = await stage.findSetAside(unreadable)
      return found === undefined ? { waitsFor: 'the stream brings it' } : { found }
    })
    await stage.forget(name)
  } finally {
    await stage.removeUnreadable(unreadable)
  }
}
