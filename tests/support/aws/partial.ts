import type {
  BatchExecuteStatementCommandInput,
  BatchExecuteStatementCommandOutput,
  BatchGetItemCommandInput,
  BatchGetItemCommandOutput,
  BatchStatementErrorCodeEnum,
  DynamoDBClient,
} from '@aws-sdk/client-dynamodb'

type Code = BatchStatementErrorCodeEnum

/**
 * Makes DynamoDB answer some statements of a batch with an error, and do the others.
 * @param refuse is asked for each statement in turn; `nth` counts them from 0, over all calls
 */
export function withRefusedStatements(
  client: DynamoDBClient,
  refuse: (nth: number) => Code | undefined,
): DynamoDBClient {
  let nth = 0
  client.middlewareStack.add(
    (next, { commandName }) =>
      async (args) => {
        if (commandName !== 'BatchExecuteStatementCommand') return next(args)
        const { Statements = [], ...input } = args.input as BatchExecuteStatementCommandInput
        const codes = Statements.map(() => refuse(nth++))
        const done = Statements.filter((_, at) => codes[at] === undefined)
        const Responses = done.length > 0 ? await responsesTo(done) : []
        const output = {
          $metadata: {},
          Responses: codes.map((Code) =>
            Code === undefined ? Responses.shift()! : { Error: { Code, Message: 'injected' } },
          ),
        }
        return { output: output as never, response: undefined }

        async function responsesTo(statements: typeof Statements) {
          const result = await next({
            ...args,
            input: { ...input, Statements: statements } as never,
          })
          return [...((result.output as BatchExecuteStatementCommandOutput).Responses ?? [])]
        }
      },
    { step: 'initialize', name: 'refusedStatements' },
  )
  return client
}

/** Makes DynamoDB leave all but the first key of a BatchGetItem unread, `times` times. */
export function withUnreadKeys(client: DynamoDBClient, times: number): DynamoDBClient {
  let left = times
  client.middlewareStack.add(
    (next, { commandName }) =>
      async (args) => {
        const { RequestItems = {} } = args.input as BatchGetItemCommandInput
        const [[table, asked] = ['', undefined]] = Object.entries(RequestItems)
        const [first, ...others] = asked?.Keys ?? []
        if (commandName !== 'BatchGetItemCommand' || left === 0 || others.length === 0) {
          return next(args)
        }
        left -= 1
        const input = { RequestItems: { [table]: { ...asked, Keys: [first!] } } }
        const result = await next({ ...args, input: input as never })
        const UnprocessedKeys = { [table]: { ...asked, Keys: others } }
        const output = { ...(result.output as BatchGetItemCommandOutput), UnprocessedKeys }
        return { ...result, output: output as never }
      },
    { step: 'initialize', name: 'unreadKeys' },
  )
  return client
}
