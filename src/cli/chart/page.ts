import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { drawSvg, optionOf, sizeOf } from './draw'
import type { Chart } from './plan'

/**
 * Writes a page that needs nothing beside itself: the chart as SVG, for whoever runs no scripts, the library that lets
 * people point at it, and its numbers as a table.
 */
export async function drawPage(chart: Chart): Promise<string> {
  const path = createRequire(import.meta.url).resolve('echarts/dist/echarts.common.min.js')
  const library = await readFile(path, 'utf8')
  const { width, height } = sizeOf(chart)
  const title = html(chart.title ?? 'Chart')
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:">
<title>${title}</title>
<style>
body { margin: 2rem auto; max-width: ${width}px; padding: 0 1rem; font: 15px/1.4 system-ui, sans-serif; color: #222; background: #fff }
#chart { width: 100%; height: ${height}px }
#chart svg { max-width: 100%; height: auto }
table { border-collapse: collapse; margin-top: 2rem }
th, td { padding: .2rem .8rem .2rem 0; text-align: left; border-bottom: 1px solid #ddd; overflow-wrap: anywhere }
td + td, th + th { text-align: right; font-variant-numeric: tabular-nums }
</style>
<div id="chart">${await drawSvg(chart)}</div>
${tableOf(chart)}
<script>${script(library)}</script>
<script>
const place = document.getElementById('chart')
place.textContent = ''
const chart = echarts.init(place, null, { renderer: 'svg' })
chart.setOption(${json(optionOf(chart))})
addEventListener('resize', () => chart.resize())
</script>
</html>
`
}

function tableOf({ x, labels, series }: Chart): string {
  const names = [x, ...series.map(({ name }) => name)].map((name) => `<th>${html(name)}</th>`)
  const rows = labels.map((label, at) => {
    const values = series.map(({ values }) => `<td>${values[at] ?? ''}</td>`)
    return `<tr><td>${html(label)}</td>${values.join('')}</tr>`
  })
  return `<table>\n<tr>${names.join('')}</tr>\n${rows.join('\n')}\n</table>`
}

function html(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.codePointAt(0)};`)
}

/** Writes a value for a script: nothing in it ends the script. */
function json(value: unknown): string {
  return JSON.stringify(value).replaceAll('<', '\\u003c')
}

/** Changes texts of the library that would end the script in which it stands. */
function script(text: string): string {
  return text.replaceAll(/<\/(?=script)/gi, '<\\/').replaceAll('<!--', '<\\!--')
}
