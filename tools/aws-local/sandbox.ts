import { randomUUID } from 'node:crypto'
import { type Answer, startRuntimeApi } from './runtime-api'
import { spawnTied } from './spawn-tied'

/** The spec has a function as it is deployed, and what it runs on here. */
export interface FunctionSpec {
  name: string
  arn: string
  /** This is the folder of the built bundle. */
  codeDir: string
  /** The handler is one such as `bundle.handler`. */
  handler: string
  /** The time-out is in seconds. */
  timeout: number
  memoryMb: number
  environment: Record<string, string>
  /** The runtime is the binary of Lambda's Node, and the runtime client that it runs. */
  runtime: { node: string; client: string }
  /** At most so many calls run at a time, and one more is refused; left out, as many as there is room for. */
  reserved?: number | undefined
  /** The function reports here what Lambda counts of it. */
  onCounted?(name: string, value: number): void
  /** The sandbox reports here each whole line that the function wrote. */
  onLog(line: string): void
}

/**
 * A sandbox is one process of a function. It has its own memory, and handles one event at a time.
 */
export interface Sandbox extends AsyncDisposable {
  isBusy: boolean
  /** The time is in milliseconds of the epoch. */
  idleSince: number
  /**
   * Hands an event to the process, which is busy until a streamed answer has ended. @throws when the process ends, or takes longer than its
   * time-out: it is of no use afterwards
   */
  invoke(event: unknown): Promise<Answer>
  /** Resolves when the process is gone, for whatever reason. */
  ended: Promise<void>
  /** Ends the process as a machine that loses its power would. */
  kill(): void
}

// Lambda gives a function's start ten seconds; on a busy machine of two cores it may take longer.
const INIT_MS = 30_000

/** Starts a process of the function and waits until it asks for its first event. */
export async function startSandbox(spec: FunctionSpec): Promise<Sandbox> {
  const api = await startRuntimeApi()
  const entry = `${spec.codeDir}/${spec.handler}`
  const { shell, pid, kill } = spawnTied(spec.runtime.node, [spec.runtime.client, entry], {
    cwd: spec.codeDir,
    env: environmentOf(spec, api.address),
    output: 'pipe',
  })
  process.once('exit', kill)
  for (const stream of [shell.stdout!, shell.stderr!]) readLines(stream, spec.onLog)
  const ended = new Promise<void>((resolve) => {
    function end(reason: Error) {
      process.off('exit', kill)
      api.fail(reason)
      resolve()
    }
    shell.once('exit', (code, signal) => {
      end(new Error(`Runtime exited with ${signal ?? `exit status ${code}`}`))
    })
    shell.once('error', end)
  })

  async function signal(name: 'SIGSTOP' | 'SIGCONT') {
    try {
      process.kill(await pid, name)
    } catch {} // it has ended
  }

  // Lambda freezes a process from when it asks for an event until there is one: work that a
  // function leaves for after its answer may happen with the next event, or never.
  async function freezeWhenIdle() {
    await api.idle()
    if (!sandbox.isBusy) await signal('SIGSTOP')
  }

  function free() {
    sandbox.isBusy = false
    sandbox.idleSince = Date.now()
    void freezeWhenIdle()
  }

  const sandbox: Sandbox = {
    isBusy: false,
    idleSince: Date.now(),
    ended,
    kill,
    async invoke(event) {
      sandbox.isBusy = true
      const ms = spec.timeout * 1000
      const sentence = `Task timed out after ${spec.timeout} seconds`
      const begun = performance.now()
      const requestId = randomUUID()
      const job = { requestId, event, deadline: Date.now() + ms, functionArn: spec.arn }
      let isStreaming = false
      await signal('SIGCONT')
      try {
        const answer = await within(ms, sentence, api.run(job))
        if (answer.kind !== 'streamed') return answer
        const left = ms - (performance.now() - begun)
        const ended = within(left, sentence, answer.ended).finally(free)
        ended.catch(kill)
        isStreaming = true
        return { ...answer, ended }
      } catch (error) {
        kill()
        throw error
      } finally {
        if (!isStreaming) free()
      }
    },
    async [Symbol.asyncDispose]() {
      kill()
      await ended
      await api[Symbol.asyncDispose]()
    },
  }
  try {
    await within(INIT_MS, `${spec.name} did not start in time`, api.initialised)
  } catch (error) {
    await sandbox[Symbol.asyncDispose]()
    throw error
  }
  void freezeWhenIdle()
  return sandbox
}

/**
 * Returns the variables that Lambda sets for every function ("Defined runtime environment
 * variables"), and the function's own.
 */
function environmentOf(
  { name, codeDir, handler, memoryMb, environment }: FunctionSpec,
  api: string,
) {
  return {
    PATH: process.env.PATH ?? '',
    AWS_LAMBDA_RUNTIME_API: api,
    AWS_LAMBDA_FUNCTION_NAME: name,
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(memoryMb),
    AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${name}`,
    AWS_LAMBDA_LOG_STREAM_NAME: 'local',
    LAMBDA_TASK_ROOT: codeDir,
    _HANDLER: handler,
    TZ: ':UTC',
    AWS_EC2_METADATA_DISABLED: 'true', // missing credentials must not be searched for there
    ...environment,
  }
}

function readLines(stream: NodeJS.ReadableStream, onLine: (line: string) => void) {
  let rest = ''
  stream.setEncoding('utf8')
  stream.on('data', (text: string) => {
    const lines = (rest + text).split('\n')
    rest = lines.pop()!
    for (const line of lines) onLine(line)
  })
  stream.on('end', () => rest && onLine(rest))
}

async function within<Value>(ms: number, sentence: string, work: Promise<Value>): Promise<Value> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(sentence)), ms)
  })
  return Promise.race([work, late]).finally(() => clearTimeout(timer))
}
