import { membersIn } from '../../syntax/json-elements'
import {
  base64Of,
  type Content,
  contentOf,
  hasAll,
  type Members,
  type Question,
  stringOf,
  type Wrapped,
} from './shape'

type Unwrap = (members: Members) => Wrapped | Question | undefined

/** Wrappers of one message, each known by members that no envelope and no event has together. */
const messages: Unwrap[] = [sns, eventBridge, pubSub, cloudEvent, eventGrid, kafkaRecord]

/** Takes an object apart that is the wrapper of one message. */
export function unwrapMessage(members: Members): Wrapped | Question | undefined {
  for (const unwrap of messages) {
    const found = unwrap(members)
    if (found !== undefined) return found
  }
  return undefined
}

/** Amazon SNS Developer Guide, "Parsing Amazon SNS message formats". */
function sns(members: Members): Wrapped | Question | undefined {
  if (!hasAll(members, 'Type', 'MessageId', 'TopicArn', 'Message')) return undefined
  const type = stringOf(members.get('Type'))
  if (type === 'SubscriptionConfirmation') {
    return {
      question:
        'This is the question of Amazon SNS whether its subscription is wanted. Nothing here calls an address that a body names: open the SubscribeURL in it, or run `aws sns confirm-subscription` with its Token',
    }
  }
  if (type !== 'Notification') {
    return { question: `This message of Amazon SNS is of type ${type?.slice(0, 40)}, and no event` }
  }
  return { wrapper: 'Amazon SNS', contents: [contentOf(members.get('Message')!)] }
}

/** Amazon EventBridge User Guide, "Event structure". */
function eventBridge(members: Members): Wrapped | undefined {
  if (!hasAll(members, 'detail', 'detail-type', 'source')) return undefined
  return { wrapper: 'Amazon EventBridge', contents: [contentOf(members.get('detail')!)] }
}

/** Google Cloud Pub/Sub, "Push subscriptions": the data is base64. */
function pubSub(members: Members): Wrapped | undefined {
  if (!hasAll(members, 'message', 'subscription')) return undefined
  const data = membersIn(members.get('message')!)?.get('data')
  if (data === undefined) return undefined
  return { wrapper: 'Google Pub/Sub', contents: [base64Of(data)] }
}

/** CloudEvents 1.0, JSON format, 3.1: `data`, or `data_base64` for bytes. */
function cloudEvent(members: Members): Wrapped | undefined {
  if (!hasAll(members, 'specversion', 'type', 'source')) return undefined
  const [data, base64] = [members.get('data'), members.get('data_base64')]
  if (data === undefined && base64 === undefined) return undefined
  const content = base64 === undefined ? contentOf(data!) : base64Of(base64)
  return { wrapper: 'CloudEvents', contents: [content] }
}

// The two that begin a subscription have these names (Azure Event Grid, "Endpoint validation").
const GRID_QUESTION = /^Microsoft\.EventGrid\.Subscription(Validation|Deleted)Event$/

/** Azure Event Grid, "Event Grid event schema". */
function eventGrid(members: Members): Wrapped | Question | undefined {
  if (!hasAll(members, 'eventType', 'subject', 'data', 'eventTime')) return undefined
  if (GRID_QUESTION.test(stringOf(members.get('eventType')) ?? '')) {
    return {
      question:
        'This is the question of Azure Event Grid whether its subscription is wanted. Nothing here calls an address that a body names: open the validationUrl in it within five minutes',
    }
  }
  return { wrapper: 'Azure Event Grid', contents: [contentOf(members.get('data')!)] }
}

/** Confluent REST Proxy v3, "Produce records": one record, whose value says what its data is. */
function kafkaRecord(members: Members): Wrapped | undefined {
  const value = members.get('value')
  const inner = value === undefined ? undefined : membersIn(value)
  if (inner === undefined || !hasAll(inner, 'type', 'data')) return undefined
  return { wrapper: 'Kafka REST', contents: [kafkaValue(value!)] }
}

/** Takes the value of a record, as v2 or as v3 of Kafka REST has it. */
export function kafkaValue(value: string): Content {
  const inner = membersIn(value)
  const data = inner?.get('data')
  const isTyped = data !== undefined && inner!.size === 2 && inner!.has('type')
  if (!isTyped) return contentOf(value)
  return stringOf(inner!.get('type')) === 'BINARY' ? base64Of(data) : contentOf(data)
}
