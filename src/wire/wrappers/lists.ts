import { membersIn } from '../../syntax/json-elements'
import { kafkaValue } from './messages'
import { base64Of, type Content, contentOf, hasAll, type Members, stringOf } from './shape'

/** A list of records is a member of a wrapper; each record carries one content. */
interface RecordList {
  wrapper: string
  member: string
  /** Tells by what stands around the list whether it is one. */
  isAround?(around: Members): boolean
  /** @returns undefined for a record that is not of this kind */
  contentOf(record: Members): Content | undefined
}

const lists: RecordList[] = [
  {
    // Amazon Data Firehose, "HTTP endpoint delivery request and response specifications".
    wrapper: 'Amazon Data Firehose',
    member: 'records',
    isAround: (around) => hasAll(around, 'requestId', 'timestamp'),
    contentOf: (record) => base64In(record, 'data'),
  },
  {
    // Confluent REST Proxy, "POST /topics/(string:topic_name)".
    wrapper: 'Kafka REST',
    member: 'records',
    contentOf(record) {
      const value = record.get('value')
      return value === undefined ? undefined : kafkaValue(value)
    },
  },
  {
    // AWS Lambda Developer Guide, "Using Lambda with Amazon SQS".
    wrapper: 'Amazon SQS',
    member: 'Records',
    contentOf: (record) => contentIn(record, 'body'),
  },
  {
    wrapper: 'Amazon SQS',
    member: 'Messages',
    contentOf: (record) => contentIn(record, 'Body'),
  },
  {
    // AWS Lambda Developer Guide, "Using Lambda with Amazon SNS".
    wrapper: 'Amazon SNS',
    member: 'Records',
    contentOf: (record) => contentIn(membersOf(record, 'Sns'), 'Message'),
  },
  {
    // AWS Lambda Developer Guide, "Using Lambda with Amazon Kinesis Data Streams".
    wrapper: 'Amazon Kinesis',
    member: 'Records',
    contentOf: (record) => base64In(membersOf(record, 'kinesis'), 'data'),
  },
]

/** The names of all members that are lists of records. */
export const listMembers = [...new Set(lists.map(({ member }) => member))]

/** Takes the records of a list apart. @returns undefined when they are of no kind known here */
export function unwrapList(member: string, around: Members, records: readonly Members[]) {
  for (const list of lists) {
    if (list.member !== member || list.isAround?.(around) === false) continue
    const contents = records.map((record) => list.contentOf(record))
    if (contents.length === 0 || contents.includes(undefined)) continue
    const isFirehose = list === lists[0]
    const requestId = isFirehose ? stringOf(around.get('requestId')) : undefined
    return { wrapper: list.wrapper, contents: contents as Content[], requestId }
  }
  return undefined
}

function contentIn(record: Members | undefined, name: string): Content | undefined {
  const value = record?.get(name)
  return value === undefined ? undefined : contentOf(value)
}

function base64In(record: Members | undefined, name: string): Content | undefined {
  const value = record?.get(name)
  return value === undefined ? undefined : base64Of(value)
}

function membersOf(record: Members, name: string): Members | undefined {
  const value = record.get(name)
  return value === undefined ? undefined : membersIn(value)
}
