import { createHash } from 'node:crypto'
import { html, raw } from 'hono/html'
import { script } from './home-script'
import { style } from './home-style'
import { pagePolicy } from './page-policy'

/** The page may run this script, have this style, and ask this server. */
const policy = pagePolicy({
  'script-src': `'${digestOf(script)}'`,
  'style-src': `'${digestOf(style)}'`,
  'img-src': 'data:',
})

function digestOf(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`
}

/**
 * Makes the page at `/`. Its links are relative, since a proxy may serve it under a path.
 * @param running without `startedAt` where no process lives for long
 */
export function homePage(running: { version: string; startedAt: string | undefined }): {
  html: string
  policy: string
} {
  const { version, startedAt } = running
  const since =
    startedAt === undefined
      ? html`It runs on AWS Lambda, which starts it with each need.`
      : html`Running since <time datetime="${startedAt}">${sentence(startedAt)}</time>.`

  const page = html`<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <title>Nonius is running</title>
    <link rel="icon" href="data:,">
    <style>${raw(style)}</style>
  </head>
  <body>
    <main>
      <h1>Nonius is running</h1>
      <p class="lead">Version ${version}. ${since}</p>

      <h2>Where to go next</h2>
      <ul class="ways">
        <li><a href="docs">Documentation of the API</a>, to read and to try
          (<a href="openapi.json">OpenAPI</a>)</li>
        <li>Send: <code>POST caliper/v1p2/events</code> for Caliper,
          <code>POST xapi/statements</code> for xAPI, <code>POST api/v1/events</code> for anything
          else, or <code>nonius send FILE</code></li>
        <li>Ask: <code>GET analytics/events</code>, or SQL with
          <code>nonius query "SELECT type, count(*) FROM events GROUP BY type"</code></li>
        <li>Watch: <a href="ready">whether events can be taken</a>,
          <code>nonius status</code>, <code>nonius sources</code>, <code>nonius tail</code></li>
      </ul>

      <h2 id="hour">The last hour by source</h2>
      <form id="ask">
        <label for="key">Key with the scope <code>admin</code></label>
        <div class="row">
          <input id="key" type="password" autocomplete="off" spellcheck="false" required>
          <button type="submit">Show</button>
          <button type="button" id="forget" hidden>Forget the key</button>
        </div>
        <p class="hint">It is sent to this server alone, and forgotten with this tab.</p>
      </form>
      <noscript><p>This part needs JavaScript; <code>nonius sources</code> shows the same.</p></noscript>
      <p id="said" role="status"></p>
      <div class="wide" role="region" aria-labelledby="hour" tabindex="0"><table id="sources" aria-labelledby="hour" hidden>
        <thead>
          <tr>
            <th scope="col">Source</th>
            <th scope="col">Last seen</th>
            <th scope="col" class="n">Accepted</th>
            <th scope="col" class="n">Duplicates</th>
            <th scope="col" class="n">Quarantined</th>
            <th scope="col" class="n">Refused</th>
            <th scope="col" class="n">Lag</th>
          </tr>
        </thead>
        <tbody></tbody>
      </table></div>
    </main>
    <script>${raw(script)}</script>
  </body>
</html>`
  return { html: String(page), policy }
}

function sentence(time: string): string {
  return `${time.slice(0, 10)} ${time.slice(11, 16)} UTC`
}
