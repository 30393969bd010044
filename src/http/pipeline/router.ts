import { z } from '../zod'

export const RouterState = z
  .object({
    active_subscribers: z.int().min(0).openapi({ description: 'Open live subscriptions' }),
    queue_size: z.int().min(0).openapi({ description: 'Events that wait to be given to them' }),
  })
  .openapi('RouterState')

/** Tells how live subscriptions are: there are none yet, so that nobody listens and nothing waits. */
export function routerState(): z.output<typeof RouterState> {
  return { active_subscribers: 0, queue_size: 0 }
}
