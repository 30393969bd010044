import type { Next } from 'hono'
import { AppError } from '../../error/app-error'
import { mediaType } from '../../syntax/media-type'
import { readText } from '../body'
import type { App, AppContext, AppDeps } from '../context'
import { VERSION_HEADER, versionNamed } from './version'

// xAPI 1.0.3, Communication, 1.3: these fields of the form are headers.
const asHeaders = [
  'Authorization',
  VERSION_HEADER,
  'Content-Type',
  'Content-Length',
  'If-Match',
  'If-None-Match',
]
const methods = ['GET', 'HEAD', 'PUT', 'POST', 'DELETE']
const FORM = 'application/x-www-form-urlencoded'

/**
 * Takes a request in the alternate syntax of 1.0.3: `POST ?method=PUT`, whose form has the headers,
 * the parameters and the `content` of the request that is meant. It was made for browsers that could
 * send nothing else, and is no part of 2.0.
 */
export function alternateSyntaxWith(app: App, { options }: Pick<AppDeps, 'options'>) {
  const { config } = options
  const limits = { ...config, maxBodyBytes: Math.min(config.maxBodyBytes, MAX_FORM_BYTES) }

  return async function takeAlternateSyntax(c: AppContext, next: Next) {
    const method = c.req.method === 'POST' ? c.req.query('method') : undefined
    if (method === undefined) return next()
    requireFirst(c.req.header(VERSION_HEADER))
    requireOnly(c, method)
    if (mediaType(c.req.header('Content-Type')) !== FORM) {
      throw refusal('Content-Type', `Must be ${FORM} with ?method=${method}`)
    }
    const form = formIn((await readText(c, limits)).text)
    const meant = requestOf(c, method, form)
    requireFirst(meant.headers.get(VERSION_HEADER))
    c.var.lease?.release()
    return app.fetch(meant, c.env)
  }

  function requireFirst(asked: string | null | undefined) {
    if (versionNamed(asked ?? '', config.xapiVersions) !== '2.0.0') return
    throw refusal('method', 'Not known here: xAPI 2.0 has no alternate request syntax')
  }
}

// Old browsers sent a statement or a few. Unescaping so much takes some 15 ms, for anybody.
const MAX_FORM_BYTES = 1024 * 1024
// A question has a dozen parameters and four headers.
const MAX_FIELDS = 64

/** Reads a form. Whoever sends it is not known yet: it may have few fields, and no form within. */
function formIn(text: string): URLSearchParams {
  let fields = 1
  for (let at = text.indexOf('&'); at >= 0; at = text.indexOf('&', at + 1)) {
    fields += 1
    if (fields > MAX_FIELDS)
      throw refusal('method', `Takes at most ${MAX_FIELDS} fields in its form`)
  }
  const form = new URLSearchParams(text)
  if (form.has('method')) throw refusal('method', 'Must be in the address alone')
  return form
}

function requireOnly(c: AppContext, method: string) {
  const others = Object.keys(c.req.query()).filter((name) => name !== 'method')
  if (others.length > 0) throw refusal(others[0]!, 'Must be in the form, beside ?method=')
  if (c.req.queries('method')!.length > 1 || !methods.includes(method)) {
    throw refusal('method', `Must be one of ${methods.join(', ')}`)
  }
}

/** Makes the request that is meant. What names it and where it came from stays. */
function requestOf(c: AppContext, method: string, form: URLSearchParams): Request {
  const url = new URL(c.req.path, 'http://localhost')
  const headers = new Headers(c.req.raw.headers)
  for (const name of ['Content-Type', 'Content-Length', 'Content-Encoding']) headers.delete(name)
  headers.set('X-Request-Id', c.var.requestId)
  for (const [name, value] of form) {
    const header = asHeaders.find((one) => one.toLowerCase() === name.toLowerCase())
    if (header !== undefined) setHeader(headers, header, value)
    else if (name !== 'content') url.searchParams.append(name, value)
  }
  if (method === 'GET' || method === 'HEAD' || method === 'DELETE') {
    return new Request(url.href, { method, headers })
  }
  const contents = form.getAll('content')
  if (contents.length !== 1)
    throw refusal('content', contents.length === 0 ? 'Required' : 'Only one')
  if (!headers.has('Content-Type')) headers.set('Content-Type', 'application/json')
  // The server counts for itself.
  headers.set('Content-Length', String(Buffer.byteLength(contents[0]!)))
  return new Request(url.href, { method, headers, body: contents[0]! })
}

function setHeader(headers: Headers, name: string, value: string) {
  try {
    headers.set(name, value)
  } catch (cause) {
    const message = 'Must be a value that a header can have'
    const errors = [{ path: [name], message, code: 'invalid_value' }]
    throw new AppError('invalid_request', `${name}: ${message}.`, { errors, cause })
  }
}

function refusal(name: string, message: string): AppError {
  const code = message === 'Required' ? 'required' : 'alternate_syntax'
  const spec = 'xAPI 1.0.3, Communication, 1.3 Alternate Request Syntax'
  return new AppError('invalid_request', `${name}: ${message}.`, {
    errors: [{ path: [name], message, code, spec }],
  })
}
