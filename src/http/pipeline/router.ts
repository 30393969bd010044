import type { Services } from '../../services'
import { z } from '../zod'

export const RouterState = z
  .object({
    active_subscribers: z.int().min(0).openapi({ description: 'Open live subscriptions' }),
    queue_size: z.int().min(0).openapi({ description: 'Events that wait to be given to them' }),
  })
  .openapi('RouterState')

/** Tells how live subscriptions of this process are; where it has none, nobody listens to it. */
export function routerState({ live }: Pick<Services, 'live'>): z.output<typeof RouterState> {
  const { subscribers = 0, queued = 0 } = live?.state() ?? {}
  return { active_subscribers: subscribers, queue_size: queued }
}
