import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process'

// The pipe ends with us however we end, also by SIGKILL, and `process.on('exit')` is not heard in
// Bun's test runner: a shell that reads it takes the program along. It says first which process that is.
const TIED = `exec 5<&0
"$@" </dev/null 3>&- 5<&- & own=$!
echo $own >&3
exec 3>&-
(cat <&5 >/dev/null; kill -9 $own) &
wait $own`

/**
 * A tied program does not outlive us. It is in a group of its own: Ctrl-C reaches us, and we end
 * the program last.
 */
export interface Tied {
  /** Ends as the program ends. Its standard output and error are the program's. */
  shell: ChildProcess
  /** This is the id of the program's process. */
  pid: Promise<number>
  kill(): void
}

export function spawnTied(
  command: string,
  args: string[],
  options: Pick<SpawnOptions, 'cwd' | 'env'> & { output?: 'pipe' | 'ignore' } = {},
): Tied {
  const { output = 'ignore', ...others } = options
  const stdio: SpawnOptions['stdio'] = ['pipe', output, output, 'pipe']
  const child = ['-c', TIED, 'sh', command, ...args]
  const shell = spawn('sh', child, { ...others, stdio, detached: true })
  const said = shell.stdio[3] as NodeJS.ReadableStream
  return {
    shell,
    pid: new Promise((resolve) => said.once('data', (text) => resolve(Number(String(text))))),
    kill() {
      try {
        if (shell.pid !== undefined) process.kill(-shell.pid, 'SIGKILL')
      } catch {} // the program is gone already
    },
  }
}
