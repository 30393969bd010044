import {
  Agent,
  createServer,
  request as httpRequest,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http'
import type { AddressInfo } from 'node:net'
import { accessOf, type Place } from './access'
import { denial, unknownKey } from './denial'
import { type AccessRequest, isAllowed, type Statement } from './policy'
import { accessToKnowOfAbsence } from './s3-access'
import { readSigned, type SignedRequest } from './signed-request'

/** An identity says whom an access key belongs to, and what the policies of that role say. */
export interface Identity {
  /** The ARN is `arn:aws:sts::…:assumed-role/ROLE/FUNCTION`. */
  arn: string
  statements: Statement[]
}

export interface Interference {
  status: number
  type: string
  body: string
}

export type Interfere = (signed: SignedRequest) => Interference | undefined

interface Options extends Place {
  /** The identities are listed by access key. */
  identities: Map<string, Identity>
  /** Tells where the service is emulated, e.g. `http://127.0.0.1:8000`. */
  endpointOf(service: string): string
  /** The proxy reports each refusal here, as AWS words it. */
  onDenied(sentence: string): void
  /** Answers in the place of a service, where it is to fail. @returns undefined to let it answer itself */
  interfere?: Interfere | undefined
  port?: number
}

export interface IamProxy extends AsyncDisposable {
  endpoint: string
}

/** Stands before the emulators and lets each function do what its role may, as AWS would. */
export async function startIamProxy(options: Options): Promise<IamProxy> {
  const agent = new Agent({ keepAlive: true })
  const server = createServer((request, response) => {
    serve(request, response).catch((error: Error) => response.writeHead(502).end(error.message))
  })

  async function serve(request: IncomingMessage, response: ServerResponse) {
    const parts: Buffer[] = []
    for await (const part of request) parts.push(part)
    const body = Buffer.concat(parts)
    const signed = readSigned(request.method!, request.url!, request.headers, body)
    const identity = signed && options.identities.get(signed.accessKeyId)
    if (signed === undefined || identity === undefined) {
      return send(response, unknownKey(signed?.service))
    }
    const refused = refusedOf(signed, identity)
    if (refused) return deny(signed, identity, refused, response)

    const instead = options.interfere?.(signed)
    if (instead) return send(response, instead)

    const upstream = await forward(options.endpointOf(signed.service), request, body, agent)
    const absence = upstream.statusCode === 404 ? accessOfAbsence(signed) : undefined
    if (absence && !isAllowed(identity.statements, absence)) {
      upstream.resume()
      return deny(signed, identity, absence, response)
    }
    response.writeHead(upstream.statusCode ?? 502, upstream.headers)
    upstream.pipe(response)
  }

  function refusedOf(signed: SignedRequest, { statements }: Identity): AccessRequest | undefined {
    const asked = accessOf(signed, options)
    if (asked.length === 0) return { action: `${signed.service}:?`, resource: signed.path }
    return asked.find((one) => !isAllowed(statements, one))
  }

  function deny(
    { service }: SignedRequest,
    { arn }: Identity,
    { action, resource }: AccessRequest,
    response: ServerResponse,
  ) {
    const sentence = `User: ${arn} is not authorized to perform: ${action} on resource: ${resource} because no identity-based policy allows the ${action} action`
    options.onDenied(sentence)
    send(response, denial(service, sentence))
  }

  server.listen(options.port ?? 0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      agent.destroy()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

function accessOfAbsence(signed: SignedRequest): AccessRequest | undefined {
  return signed.service === 's3' ? accessToKnowOfAbsence(signed) : undefined
}

function send(response: ServerResponse, { status, type, body }: ReturnType<typeof denial>) {
  response.writeHead(status, { 'content-type': type }).end(body)
}

function forward(
  endpoint: string,
  { method, url, headers }: IncomingMessage,
  body: Buffer,
  agent: Agent,
) {
  return new Promise<IncomingMessage>((resolve, reject) => {
    const { 'transfer-encoding': _, ...passed } = headers
    const sent = { ...passed, 'content-length': body.length }
    const options = { method: method!, headers: sent, agent }
    const upstream = httpRequest(new URL(url!, endpoint), options, resolve)
    upstream.once('error', reject)
    upstream.end(body)
  })
}
