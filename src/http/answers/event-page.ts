import { PAGE_BYTES } from '../../platform/event-store'
import type { AppContext, AppDeps } from '../context'
import type { AnswerRoom } from './room'

type Hold = Awaited<ReturnType<AnswerRoom['take']>>

interface Page {
  items: readonly { raw: string }[]
}

/** Makes pages of events within the room that all answers have: it is taken before anything is read. */
export function eventPages({ options, answers }: Pick<AppDeps, 'options' | 'answers'>) {
  const { config, maxReplyBytes = PAGE_BYTES } = options
  const maxBytes = Math.min(PAGE_BYTES, maxReplyBytes)
  // A page has one event at the least, which may be larger than a page should be.
  const reserved = Math.max(maxBytes, config.maxBodyBytes)

  /**
   * @param read reads a page of at most so many bytes
   * @param write answers with it, and holds its room until it is sent
   */
  return async function inPage<Read extends Page, Answer>(
    { c, tenantId }: { c: AppContext; tenantId: string },
    read: (maxBytes: number) => Promise<Read>,
    write: (page: Read, hold: Hold) => Answer | Promise<Answer>,
  ): Promise<Answer> {
    const hold = await answers.take(tenantId, reserved, c.req.raw.signal)
    try {
      const page = await read(maxBytes)
      hold.keep(page.items.reduce((sum, { raw }) => sum + raw.length, 0))
      return await write(page, hold)
    } catch (thrown) {
      hold.release()
      throw thrown
    }
  }
}
