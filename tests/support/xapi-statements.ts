import { createHash } from 'node:crypto'
import type { XapiTest } from './xapi-documents'

export const ada = { mbox: 'mailto:ada@example.edu' }
export const verb = { id: 'http://adlnet.gov/expapi/verbs/completed' }
export const course = { id: 'https://example.edu/courses/1' }

type Members = Record<string, unknown>

export function aStatement(members: Members = {}): Members {
  return { actor: ada, verb, object: course, ...members }
}

export const uuidOf = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`

export const sha2Of = (content: string | Uint8Array, algorithm = 'sha256') =>
  createHash(algorithm).update(content).digest('hex')

/** An attachment as a statement names it. */
export function anAttachment(content: string | Uint8Array, members: Members = {}): Members {
  return {
    usageType: 'https://example.edu/usage/essay',
    display: { en: 'Essay' },
    contentType: 'text/plain',
    length: Buffer.byteLength(content),
    sha2: sha2Of(content),
    ...members,
  }
}

export interface TestPart {
  headers: Record<string, string>
  content: string | Uint8Array
}

/** A part with the content of an attachment. */
export function aPart(
  content: string | Uint8Array,
  headers: Record<string, string> = {},
): TestPart {
  const own = { 'Content-Type': 'text/plain', 'Content-Transfer-Encoding': 'binary' }
  return { headers: { ...own, 'X-Experience-API-Hash': sha2Of(content), ...headers }, content }
}

export const statementsPart = (statements: unknown): TestPart => ({
  headers: { 'Content-Type': 'application/json' },
  content: JSON.stringify(statements),
})

/** A multipart body, and the header that says so. */
export function multipart(parts: readonly TestPart[], boundary = 'one-boundary') {
  const pieces = parts.flatMap(({ headers, content }) => {
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
    return [`--${boundary}\r\n${lines.join('')}\r\n`, content, '\r\n']
  })
  const body = Buffer.concat([...pieces, `--${boundary}--\r\n`].map((one) => Buffer.from(one)))
  return { body, headers: { 'Content-Type': `multipart/mixed; boundary=${boundary}` } }
}

export const statementsAt = '/xapi/statements'

/** What a GET found, as ids. */
export async function idsFound(
  test: XapiTest,
  parameters: Members = {},
  more: { key?: string } = {},
): Promise<unknown[]> {
  const response = await test.call('GET', statementsAt, { parameters, ...more })
  const { statements } = (await response.json()) as { statements: { id: string }[] }
  return statements.map(({ id }) => id)
}

interface Problem {
  code: string
  errors: { path: (string | number)[]; code: string; message: string }[]
  quarantineId?: string
}

/** A refusal, with its first path and code. */
export async function refusal(response: Response) {
  const { code, errors, quarantineId } = (await response.json()) as Problem
  const [first] = errors
  return { status: response.status, code, path: first?.path, rule: first?.code, quarantineId }
}
