import { readFileSync } from 'node:fs'

interface Trim {
  /** These files of the SDK are trimmed. */
  filter: RegExp
  trim(text: string): string
}

// These are errors of operations that make tables, copies and indices of them, which no function calls. One that
// comes all the same is an error of the service with its name, as the SDK reads one that it does not know.
const UNCALLED =
  /^(?:Backup|ContinuousBackups|Export|GlobalTable|Import|Index|InvalidExport|InvalidRestore|PointInTime|Policy|Replica(?!ted)|Table)/

const trims: Trim[] = [
  {
    // The SDK's, but for bodies that are streams of files, of which Lambda has none: to know one, Node loads all
    // of its streams of files, and modules for lines of terminals with them.
    filter: /[\\/]util-body-length[\\/]calculateBodyLength\.js$/,
    trim: () => `export const calculateBodyLength = (body) => {
      const { byteLength, size, start, end } = body || ''
      const length = typeof body === 'string' ? Buffer.byteLength(body)
        : byteLength ?? size ?? (body ? end + 1 - start : 0)
      if (Number.isInteger(length)) return length
      throw new Error('Body Length computation failed for ' + body)
    }`,
  },
  {
    // A client tells the service its version, and takes nothing else of its own description.
    filter: /[\\/]@aws-sdk[\\/]client-[^\\/]+[\\/]package\.json$/,
    trim: (text) => `export default { version: ${JSON.stringify(JSON.parse(text).version)} }`,
  },
  {
    filter: /[\\/]client-dynamodb[\\/]dist-es[\\/]schemas[\\/]schemas_0\.js$/,
    trim: (text) =>
      text.replaceAll(/^n0_registry\.registerError\(\w+\$, (\w+)\);$/gm, (line, name) =>
        UNCALLED.test(name) ? '' : line,
      ),
  },
  {
    // Node has SHA-256 itself.
    filter: /[\\/]checksum[\\/]sha256[\\/]Sha256Js\.js$/,
    trim: () => 'export const Sha256Js = undefined',
  },
]

/** Leaves out what modules of the SDK have beside what functions take of them. */
export const trimmed: import('esbuild').Plugin = {
  name: 'trimmed',
  setup({ onLoad }) {
    for (const { filter, trim } of trims) {
      onLoad({ filter, namespace: 'file' }, ({ path }) => ({
        contents: trim(readFileSync(path, 'utf8')),
        loader: 'js',
      }))
    }
  },
}
