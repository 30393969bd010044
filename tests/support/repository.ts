import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'

const root = resolve(import.meta.dir, '../..')

/** Paths from the root of the repository, in order: what is tracked, or would be by `git add .`. */
export function files(): string[] {
  const git = ['git', 'ls-files', '--cached', '--others', '--exclude-standard', '-z']
  const listed = Bun.spawnSync(git, { cwd: root, stderr: 'ignore' })
  const paths = listed.success ? listed.stdout.toString().split('\0').filter(Boolean) : walked()
  return [...new Set(paths)].filter((path) => existsSync(join(root, path))).sort()
}

/** Of a downloaded archive, which has no git. */
function walked(): string[] {
  const all = new Bun.Glob('**/*').scanSync({ cwd: root, dot: true })
  return [...all].filter((path) => !/^(node_modules|data|\.git|\.venv|tmp)\//.test(path))
}

export function read(path: string): string {
  return readFileSync(join(root, path), 'utf8')
}
