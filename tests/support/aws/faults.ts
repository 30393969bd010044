/** What a service does wrong once. */
export type Fault =
  | 'throttled' // refused, nothing done
  | 'lost-reply' // done, but the answer never arrives
  | 'unreachable' // nothing done, no answer
  | 'expired-token' // refused: the credentials are too old
  | 'broken' // HTTP 500
  | 'conflict' // a transaction met another one, nothing done
  | 'in-transaction' // a single write met a transaction, nothing done
  | 'denied' // no policy allows it

interface Hooked {
  middlewareStack: {
    add(
      middleware: (next: Next, context: { commandName?: string }) => Next,
      options: { step: Step; name: string; priority: 'high'; override: true },
    ): void
  }
}
type Step = 'initialize' | 'finalizeRequest'
type Next = (args: unknown) => Promise<unknown>

/**
 * Makes a client of the AWS SDK fail as AWS does, below its own retries.
 * @param plan is asked for each attempt; `nth` counts the attempts of a command, from 1
 */
export function withFaults<Client>(
  client: Client,
  plan: (command: string, nth: number) => Fault | undefined,
): Client {
  const counts = new Map<string, number>()
  ;(client as unknown as Hooked).middlewareStack.add(
    (next, { commandName = '' }) =>
      async (args) => {
        const nth = (counts.get(commandName) ?? 0) + 1
        counts.set(commandName, nth)
        const fault = plan(commandName, nth)
        if (fault === undefined) return next(args)
        if (fault === 'lost-reply') await next(args)
        throw errors[fault]()
      },
    // Innermost of the step, so that the SDK's retries pass through it.
    { step: 'finalizeRequest', name: 'faults', priority: 'high', override: true },
  )
  return client
}

function failure(name: string, status: number | undefined, more: object = {}) {
  const $metadata = status === undefined ? {} : { httpStatusCode: status }
  return Object.assign(new Error(`${name} (injected)`), {
    name,
    $metadata,
    $fault: 'client',
    ...more,
  })
}

const errors: Record<Fault, () => Error> = {
  throttled: () => failure('ThrottlingException', 400, { $retryable: { throttling: true } }),
  'lost-reply': () => failure('TimeoutError', undefined, { code: 'ECONNRESET' }),
  unreachable: () => failure('Error', undefined, { code: 'ECONNREFUSED' }),
  'expired-token': () => failure('ExpiredTokenException', 400),
  conflict: () =>
    failure('TransactionCanceledException', 400, {
      CancellationReasons: [{ Code: 'None' }, { Code: 'TransactionConflict' }],
    }),
  'in-transaction': () => failure('TransactionConflictException', 400),
  denied: () => failure('AccessDeniedException', 400),
  broken: () => failure('InternalServerError', 500, { $fault: 'server' }),
}

/**
 * Makes a client answer from memory, with no service behind it.
 * @param answer is asked for each command
 */
export function withAnswers<Client>(
  client: Client,
  answer: (command: string, input: unknown) => unknown,
): Client {
  ;(client as unknown as Hooked).middlewareStack.add(
    (_next, { commandName = '' }) =>
      async (args) => {
        const output = answer(commandName, (args as { input: unknown }).input)
        return { output: { $metadata: {}, ...(output as object) }, response: {} }
      },
    { step: 'initialize', name: 'answers', priority: 'high', override: true },
  )
  return client
}
