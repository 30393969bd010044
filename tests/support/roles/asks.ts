import type { Question } from '../../../src/access/roles/questions'
import { eventId, type Mark, marks, type Reader } from './world'

export type Send = (method: string, path: string, body?: unknown) => Promise<Response>

/** One way to ask a question, and to see everything that its answer can show. */
export interface Ask {
  method: string
  path: string
  body?: unknown
  /** Asks as somebody who may, and returns the text of all answers. */
  answers(send: Send): Promise<string>
  /** Of a question that is not about all that somebody sees. */
  sees?(reader: Reader): readonly Mark[]
}

/** Every event of these is in one answer. */
function once(method: string, path: string, body?: unknown): Ask {
  return { method, path, body, answers: (send) => textOf(send(method, path, body)) }
}

/** Asks for each of several things: one that may not be seen is not there. */
function each(method: string, paths: readonly string[]): Pick<Ask, 'answers'> {
  return {
    async answers(send) {
      const texts = await Promise.all(
        paths.map(async (path) => {
          const reply = await send(method, path)
          if (reply.status !== 404) return textOf(Promise.resolve(reply))
          await reply.text()
          return ''
        }),
      )
      return texts.join('\n')
    },
  }
}

async function textOf(sent: Promise<Response>): Promise<string> {
  const reply = await sent
  const text = await reply.text()
  if (!reply.ok) throw new Error(`${reply.status} ${text}`)
  return text
}

const eventPaths = marks.map((mark) => `/analytics/events/${eventId(mark)}`)

/** Questions by the way in which the tests of roles ask them. */
export const asks: { [Asked in Question]?: Ask } = {
  'GET /analytics/events': once('GET', '/analytics/events?limit=1000'),
  'GET /analytics/events/{id}': {
    ...{ method: 'GET', path: eventPaths[0]! },
    ...each('GET', eventPaths),
  },
}
