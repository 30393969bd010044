import type { AttributeValue } from '@aws-sdk/client-dynamodb'
import type { AttributeValue as StreamedValue } from 'aws-lambda'

/**
 * Makes an item of the form that a stream gives to a function, bytes in base64, in the form that
 * the SDK has.
 */
export function imageOf(streamed: Record<string, StreamedValue>): Record<string, AttributeValue> {
  return Object.fromEntries(
    Object.entries(streamed).map(([name, held]) => [name, attributeOf(held)]),
  )
}

function attributeOf(held: StreamedValue): AttributeValue {
  if (held.B !== undefined) return { B: bytesOf(held.B) }
  if (held.BS !== undefined) return { BS: held.BS.map(bytesOf) }
  if (held.L !== undefined) return { L: held.L.map(attributeOf) }
  if (held.M !== undefined) return { M: imageOf(held.M) }
  return held as AttributeValue
}

function bytesOf(base64: string): Uint8Array {
  return Buffer.from(base64, 'base64')
}
