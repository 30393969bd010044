import { createHash } from 'node:crypto'
import { html, raw } from 'hono/html'
import { scalarPolicy } from './page-policy'

interface Links {
  /** Where the document and the script that shows it are, relative to the page. */
  document: string
  script: string
  /** The script is told this beside the document. */
  configuration: object
}

// The key is asked for once a tab: the page at `/` keeps it by the same name.
const script = `
'use strict'
const PLACE = 'nonius.key'
const form = document.getElementById('ask')
const field = document.getElementById('key')
const said = document.getElementById('said')

async function read(path, key) {
  const response = await fetch(path, { headers: { Authorization: 'Bearer ' + key } })
  if (response.ok) return response.text()
  const problem = await response.json().catch(() => ({}))
  throw new Error(problem.detail || 'The server answered ' + response.status + '.')
}

async function show(key) {
  said.textContent = 'Loading …'
  try {
    const { document: page, script, configuration } = form.dataset
    const [content, program] = await Promise.all([read(page, key), read(script, key)])
    try {
      sessionStorage.setItem(PLACE, key)
    } catch {} // a browser may refuse storage
    const place = document.createElement('script')
    place.id = 'api-reference'
    place.dataset.configuration = JSON.stringify({ ...JSON.parse(configuration), content })
    const run = document.createElement('script')
    run.src = URL.createObjectURL(new Blob([program], { type: 'text/javascript' }))
    document.body.replaceChildren(place, run)
  } catch (error) {
    said.textContent = error.message
  }
}

form.addEventListener('submit', (event) => {
  event.preventDefault()
  show(field.value.trim().replace(/^bearer +/i, ''))
})
let kept = ''
try {
  kept = sessionStorage.getItem(PLACE) || ''
} catch {}
if (kept !== '') show(kept)
`

const digest = createHash('sha256').update(script).digest('base64')

// The script was read with a key, and so has no address of this server that a page could name.
const policy = scalarPolicy(`'sha256-${digest}' blob:`)

/**
 * Makes the page at `/docs` where what it shows, a megabyte, is for those with a key: each of its bytes costs
 * the operator, and anybody can find a function's address.
 */
export function docsWithKey({ document, script: path, configuration }: Links) {
  const page = html`<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>Nonius API</title>
    <link rel="icon" href="data:,">
    <style>body { font: 1rem/1.6 system-ui, sans-serif; max-width: 40rem; margin: 3rem auto; padding: 0 1rem }</style>
  </head>
  <body>
    <h1>Nonius API</h1>
    <p>This page shows every operation, for whoever has a key; it is kept in this tab alone.
      The document itself is <a href="${document}">here</a>.</p>
    <form id="ask" data-document="${document}" data-script="${path}" data-configuration="${JSON.stringify(configuration)}">
      <label for="key">Key</label>
      <input id="key" type="password" autocomplete="off" required>
      <button>Show</button>
    </form>
    <p id="said" role="status"></p>
    <noscript>It needs JavaScript.</noscript>
    <script>${raw(script)}</script>
  </body>
</html>`
  return { page: String(page), policy }
}
