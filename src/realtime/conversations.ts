import type { ConversationProtocol } from '../platform/connections'
import { createObserver, type ObserverNeeds } from './observer'
import { type Performing, performOf } from './performing'
import { createSubscribe, type SubscribeNeeds } from './subscribe'

/** The list has every protocol of one machine in which either end speaks. */
export function conversations({ live, ...needs }: Conversing): ConversationProtocol[] {
  const { documents } = needs.platform
  const observer = createObserver({ ...needs, documents, perform: performOf(needs) })
  return live === undefined ? [observer] : [createSubscribe({ ...needs, live }), observer]
}

type Conversing = Omit<SubscribeNeeds, 'live'> & {
  live?: SubscribeNeeds['live'] | undefined
} & Omit<ObserverNeeds, 'documents' | 'perform'> &
  Performing
