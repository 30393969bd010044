import { judge, type Reply } from '../../webhooks/sending/verdict'
import { harmless } from '../table'
import { lineOf } from '../tail/line'
import type { ForwardAnswer } from './forward'
import type { LocalDelivery } from './local-webhook'

interface Shown {
  delivery: LocalDelivery
  /** Absent where nothing is forwarded. */
  answer?: ForwardAnswer | undefined
  json?: true | undefined
}

/** Prints a message, and what its receiver answered. Whoever reads slowly holds the next one up. */
export async function showDelivery({ delivery, answer, json }: Shown): Promise<void> {
  const lines = json ? [asJson(delivery, answer)] : asText(delivery, answer)
  if (process.stdout.write(`${lines.join('\n')}\n`)) return
  await new Promise((resolve) => process.stdout.once('drain', resolve))
}

function asJson(delivery: LocalDelivery, answer: ForwardAnswer | undefined): string {
  const { id, headers, body, isVerified } = delivery
  return JSON.stringify({ id, headers, body: body.toString(), isVerified, answer })
}

function asText(delivery: LocalDelivery, answer: ForwardAnswer | undefined): string[] {
  const { id, records, bytes, isVerified } = delivery
  const events = records.length === 1 ? '1 event' : `${records.length} events`
  const signature = isVerified ? 'signature verified' : 'THE SIGNATURE DOES NOT VERIFY'
  const head = `→ ${id}  ${events}, ${bytes.length} bytes, ${signature}`
  const shown = records.map((event) => `  ${lineOf({ event }, false)}`)
  return [head, ...shown, ...(answer === undefined ? [] : answered(answer))]
}

function answered(answer: ForwardAnswer): string[] {
  const took = `in ${answer.latencyMs} ms`
  const reply: Reply =
    'status' in answer
      ? { kind: 'answered', status: answer.status }
      : { kind: 'failed', reason: answer.error }
  const verdict = judge(reply, 0, new Date())
  const first = 'status' in answer ? `HTTP ${answer.status} ${took}` : `${answer.error}, ${took}`
  const text = 'status' in answer && answer.body !== '' ? [`  ${harmless(answer.body)}`] : []
  if (verdict.kind === 'done') return [`← ${first}`, ...text]
  const next = verdict.kind === 'gone' ? 'be disabled' : 'send it again in 5 s'
  return [harmless(`← ${first}: a webhook would ${next}`), ...text]
}
